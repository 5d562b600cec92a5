"""Puts files into a bucket: plain.py BUCKET PREFIX FOLDER."""

import os
import sys

import boto3

bucket, prefix, folder = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
s3.create_bucket(Bucket=bucket)
for name in os.listdir(folder):
    s3.upload_file(os.path.join(folder, name), bucket, prefix + name)
