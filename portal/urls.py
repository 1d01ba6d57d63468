"""Every address of the portal; each app brings its own."""

from django.contrib import admin
from django.urls import include, path

from portal.views import health, inbox, newsletter, public

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.permission_denied"
handler404 = "portal.views.errors.page_not_found"
handler500 = "portal.views.errors.server_error"

urlpatterns = [
    path("", public.landing, name="landing"),
    path("help/", public.help_page, name="help"),
    path("help/contact/", public.contact, name="contact"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("privacy/", public.privacy, name="privacy"),
    path("terms/", public.terms, name="terms"),
    path("site-map/", public.site_map, name="site_map"),
    path("inbox/", inbox.message_list, name="inbox"),
    path("inbox/<int:message_id>/", inbox.message, name="inbox_message"),
    path("inbox/<int:message_id>/mark/", inbox.mark_message, name="inbox_mark"),
    path("account/messages/", inbox.preferences, name="message_preferences"),
    path("newsletter/", newsletter.archive, name="newsletter"),
    path("newsletter/<int:number>/", newsletter.issue, name="newsletter_issue"),
    path("newsletter/sign-up/", newsletter.sign_up, name="newsletter_sign_up"),
    path("newsletter/sign-up/sent/", newsletter.sign_up_sent, name="newsletter_sign_up_sent"),
    path("newsletter/confirm/<str:key>/", newsletter.confirm, name="newsletter_confirm"),
    path("newsletter/unsubscribe/<str:key>/", newsletter.unsubscribe, name="newsletter_unsubscribe"),
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("", include("portal.uploads.urls")),
    path("", include("applicants.urls")),
    path("", include("certification.urls")),
    path("", include("payments.urls")),
    path("", include("cvs.urls")),
    path("staff/", admin.site.urls),
]
