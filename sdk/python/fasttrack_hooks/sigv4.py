"""Signs a request to AWS with the credentials of the Lambda function
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)."""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import datetime, timezone
from typing import Dict, Optional
from urllib.parse import urlsplit


def signed(service: str, region: str, url: str, headers: Dict[str, str], body: bytes, now: Optional[datetime] = None) -> Dict[str, str]:
    """Returns the headers of a POST to a URL without a query, with its signature."""
    at = (now or datetime.now(timezone.utc)).strftime("%Y%m%dT%H%M%SZ")
    target = urlsplit(url)
    sent = {**headers, "Host": target.netloc, "X-Amz-Date": at}
    token = os.environ.get("AWS_SESSION_TOKEN", "")
    if token:
        sent["X-Amz-Security-Token"] = token
    names = sorted(name.lower() for name in sent)
    values = {name.lower(): value.strip() for name, value in sent.items()}
    canonical = "\n".join([
        "POST", target.path or "/", "", *(f"{name}:{values[name]}" for name in names), "", ";".join(names), hashlib.sha256(body).hexdigest(),
    ])  # fmt: skip
    scope = f"{at[:8]}/{region}/{service}/aws4_request"
    key = ("AWS4" + os.environ.get("AWS_SECRET_ACCESS_KEY", "")).encode()
    for part in (at[:8], region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = "\n".join(["AWS4-HMAC-SHA256", at, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"{os.environ.get('AWS_ACCESS_KEY_ID', '')}/{scope}"
    sent["Authorization"] = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={';'.join(names)}, Signature={signature}"
    return sent
