"""What Bedrock reads of a bucket, and how much; facts of AWS's pages.

https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-ds.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-limitations.html
"""

from collections.abc import Mapping

from config.knowledge import KnowledgeBase

METADATA = ".metadata.json"
DOCUMENT_BYTES = 50 * 1024 * 1024
IMAGE_BYTES = 3_932_160  # 3.75 MB
METADATA_BYTES = 10 * 1024
# Of what a vector can be filtered by; the text of a passage is kept apart.
FILTERABLE_BYTES = 2_048
KEY_BYTES = 900  # of S3's 1,024; the rest is for the prefix and for METADATA
READ_AS = {
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
IMAGES = (".png", ".jpg", ".jpeg")


def types_of(base: KnowledgeBase) -> Mapping[str, int]:
    """The endings that this knowledge base reads, each with the size of its largest document.

    Pictures are read by Data Automation alone.
    """
    sizes = {kind: IMAGE_BYTES if kind in IMAGES else DOCUMENT_BYTES for kind in READ_AS}
    if base.parsing == "data-automation" or base.managed:
        return sizes
    return {kind: size for kind, size in sizes.items() if kind not in IMAGES}
