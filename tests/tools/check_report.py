"""Checks an auditor's report with libraries that are not ours, and prints what it found as JSON.

Usage: check_report.py KEYSET.json REPORT.pdf [AUTHORITY.pem]

As check_record.py does with the PDF of a record: a report has no JWS beside it.
"""

import json
import sys

from check_record import check_pdf

keyset_path, pdf_path, *authority_path = sys.argv[1:]
published = json.load(open(keyset_path))["keys"]
json.dump(check_pdf(published, pdf_path, *(authority_path or [None]), None), sys.stdout)
