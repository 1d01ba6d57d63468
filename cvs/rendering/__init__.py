"""The status report as a PDF: a pure function of its snapshot."""

from cvs.rendering.report import UnknownTemplateVersionError, render_report, report_html, warm_up

__all__ = ["UnknownTemplateVersionError", "render_report", "report_html", "warm_up"]
