"""What schemathesis can't know of the API: how DICOM is sent, and files that are images."""

from pathlib import Path

import schemathesis
from hypothesis import strategies as st
from schemathesis.transport.serialization import Binary

# Bytes that count as a string of the schema.
volume = Binary(Path("volume.nii").read_bytes())
dicom = Binary(Path("object.dcm").read_bytes())

boundary = "hepastage-schemathesis"
# Neither Python's `re` nor its generators know Unicode properties; what does not fit is refused by the API all the same.
unicode_pattern = r"^[^\p{C}\p{Zl}\p{Zp}]*$"


@schemathesis.serializer("application/dicom")
def dicom_object(context, value):
    return binary(value)


@schemathesis.serializer("multipart/related")
def dicom_objects(context, value):
    part = b"--%s\r\nContent-Type: application/dicom\r\n\r\n%s\r\n--%s--\r\n"
    return part % (boundary.encode(), binary(value), boundary.encode())


@schemathesis.hook
def before_call(context, case, kwargs):
    """Names the boundary, which the document can't. Not of negative cases: a case that is changed counts as a positive one."""
    is_negative = case.meta is not None and case.meta.generation.mode.is_negative
    if case.media_type == "multipart/related" and not is_negative:
        case.headers["Content-Type"] = f'multipart/related; type="application/dicom"; boundary={boundary}'


@schemathesis.hook
def before_load_schema(context, raw_schema):
    drop_pattern(raw_schema)


@schemathesis.hook
def before_add_examples(context, examples):
    """An image: what is generated is none."""
    if context.operation.definition.raw["operationId"] == "createStudy":
        examples.append(context.operation.Case(media_type="multipart/form-data", body={"t2w": volume}))


@schemathesis.hook
def flatmap_body(context, body):
    """Half of what would be DICOM objects are."""
    return st.sampled_from([body, dicom]) if isinstance(body, str) else st.just(body)


def drop_pattern(node):
    if isinstance(node, dict):
        if node.get("pattern") == unicode_pattern:
            del node["pattern"]
        for value in node.values():
            drop_pattern(value)
    elif isinstance(node, list):
        for value in node:
            drop_pattern(value)


def binary(value):
    return value.data if isinstance(value, Binary) else str(value).encode()
