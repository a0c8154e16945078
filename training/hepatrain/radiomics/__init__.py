"""Radiomics: stage from PyRadiomics features of the masked liver, the honest baseline of the deep model."""
