"""How storage that only the portal reads is described to Django; used by the settings."""


def private_storage(bucket: str, endpoint: str, folder: str, *, overwrite: bool) -> dict[str, object]:
    """Describe storage that only the portal reads: a private S3 bucket where one is named, else a folder."""
    if bucket:
        options: dict[str, object] = {
            "bucket_name": bucket,
            "endpoint_url": endpoint or None,
            "default_acl": "private",
            "file_overwrite": overwrite,
            "querystring_auth": True,
        }
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    options = {
        "location": folder,
        "base_url": None,
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
        "allow_overwrite": overwrite,
    }
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
