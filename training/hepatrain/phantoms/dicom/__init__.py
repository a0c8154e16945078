"""Phantom studies as DICOM: what a scanner of a vendor would send of them, with what lies around them in a PACS."""
