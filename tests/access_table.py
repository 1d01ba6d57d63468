"""Who gets what at every address of the portal. This table drives tests/test_access.py; an address without a row fails.

Statuses of `get` and `post` stand in the order of `PEOPLE`: nobody (not signed in), halfway (the owner, who has shown a
password and no second factor), owner (the physician whose things the addresses are about), stranger (another physician),
staff (every account of staff). A POST is empty. 302 of nobody leads to a sign-in page, staff without a second factor are
led to showing one from everywhere. Objects of an address are named as in tests/support/access.py.

Two more people come without columns of their own: `official`, on the list of the school that was asked about the owner,
and `other official`, on that of another school. They get what staff get outside the staff door, and what a stranger gets
at it, unless `officials` of a row says otherwise: GET of the one and of the other, then POST of each.

What differs between accounts of staff stands in `MODELS` (v view, a add, c change, d delete) and `ACTS`.
"""

from dataclasses import dataclass

PEOPLE = ("nobody", "halfway", "owner", "stranger", "staff")
OFFICIALS = ("official", "other official")
STAFF = (
    "everything", "credential_reviewer", "senior_reviewer", "finance", "committee", "editor", "administrator", "auditor",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Addresses that answer alike: names, each with the objects in its path after blanks."""

    title: str
    get: str
    post: str
    addresses: tuple[str, ...]
    officials: str = ""


GROUPS = (
    Group(
        "pages for everybody",
        get="200 200 200 200 200", post="405 405 405 405 405",
        addresses=(
            "landing", "help", "contact", "accessibility", "privacy", "terms", "site_map", "healthz",
            "fees", "eligibility", "schools", "school school_code", "verify", "verify_code url_code",
            "verify_certificate",
        ),
    ),
    Group("is the portal in order", get="200 200 200 200 200", post="405 405 405 405 405", addresses=("readyz",)),
    Group(
        "acts of whoever holds a code; a GET shows a button at most",
        get="200 200 200 200 200", post="302 302 302 302 302",
        addresses=("acknowledge acknowledge_code",),
    ),
    Group("a file to compare", get="405 405 405 405 405", post="200 200 200 200 200", addresses=("verify_file",)),
    Group("Stripe's events, by signature", get="405 405 405 405 405", post="400 400 400 400 400", addresses=("stripe_webhook",)),
    Group(
        "a physician's own pages",
        get="302 200 200 200 403", post="302 405 405 405 403",
        addresses=(
            "dashboard", "school_waiting", "reports", "report_record", "certificate", "requirement requirement",
        ),
    ),
    Group(
        "a physician's own forms",
        get="302 302 200 200 403", post="302 302 200 200 403",
        addresses=("contact_details", "order_details"),
    ),
    Group("a new e-mail address that waits for its link, sent again or withdrawn", get="302 302 405 405 403",
          post="302 302 302 302 403", addresses=("email_change_again", "email_change_withdraw")),
    Group("the link to a new e-mail address, which nobody guesses", get="302 302 404 404 403",
          post="302 302 404 404 403", addresses=("email_change_confirm key",)),
    Group("the link that stops a new e-mail address, which nobody guesses", get="404 404 404 404 404",
          post="404 404 404 404 404", addresses=("email_change_stop key",)),
    Group("days to try out, of which nothing is kept", get="302 200 200 200 403", post="302 200 200 200 403",
          addresses=("what_if",)),
    Group("later pages of an order; who has confirmed and chosen nothing is led back",
          get="302 302 302 302 403", post="302 302 302 302 403", addresses=("order_authorities", "order_review")),
    Group(
        "a physician's own things; another's do not exist",
        get="302 200 200 404 403", post="302 405 405 405 403",
        addresses=(
            "order_tracking reference", "order_status reference", "order_confirmation reference",
            "receipt reference", "receipt_pdf reference", "payment_status payment",
        ),
    ),
    Group("where an application for certification stands", get="302 200 200 200 403", post="302 405 405 405 403",
          addresses=("application",)),
    Group("an application, begun", get="302 302 405 405 403", post="302 302 302 302 403",
          addresses=("application_start",)),
    Group("parts of an application; who has none that is open is led to its page",
          get="302 302 302 302 403", post="302 302 302 302 403",
          addresses=("application_details", "application_education", "application_attendance_new",
                     "application_degree", "application_booklet", "application_purpose", "application_check")),
    Group("a school of an application; another's does not exist",
          get="302 302 302 404 403", post="302 302 302 404 403",
          addresses=("application_attendance attendance", "application_attendance_remove attendance")),
    Group("the end of an application", get="302 302 200 302 403", post="302 302 200 302 403",
          addresses=("application_withdraw",)),
    Group("a line of a physician's order, removed", get="302 302 405 405 403", post="302 302 302 404 403",
          addresses=("order_line_remove order_line",)),
    Group("back from the payment page", get="302 302 302 404 403", post="302 405 405 405 403",
          addresses=("payment_return payment",)),
    Group("a certificate's PDF; one that was not printed leads back, without one there is none", get="302 302 302 404 403",
          post="302 405 405 405 403", addresses=("certificate_pdf",)),
    Group("a request about one's certificate; without a certificate there is none", get="302 302 200 404 403",
          post="302 302 200 404 403", addresses=("certificate_request request_kind",)),
    Group("a request about a certificate, withdrawn", get="302 405 405 405 403", post="302 302 302 404 403",
          addresses=("certificate_request_withdraw certificate_request",)),
    Group("a notice about one's record, and the answer", get="302 302 200 404 403", post="302 302 200 404 403",
          addresses=("cases",)),
    Group("give a payment up", get="302 302 302 404 403", post="302 302 302 404 403", addresses=("payment_cancel payment",)),
    Group(
        "signing in and out; who is signed in is led on",
        get="200 302 302 302 302", post="200 302 302 302 302",
        addresses=("account_login", "account_signup", "staff_sign_in"),
    ),
    Group("sign out", get="302 200 200 200 200", post="302 302 302 302 302", addresses=("account_logout",)),
    Group("a closed account", get="200 200 200 200 200", post="405 405 405 405 405", addresses=("account_inactive",)),
    Group(
        "a forgotten password",
        get="200 200 200 200 200", post="200 200 200 200 200",
        addresses=("account_reset_password", "account_reset_password_from_key uidb36 key"),
    ),
    Group(
        "a forgotten password, afterwards",
        get="200 200 200 200 200", post="405 405 405 405 405",
        addresses=("account_reset_password_done", "account_reset_password_from_key_done"),
    ),
    Group("a password", get="302 200 200 200 200", post="302 200 200 200 200",
          addresses=("account_change_password", "account_reauthenticate")),
    Group("an account's own pages", get="302 200 200 200 200", post="302 405 405 405 405",
          addresses=("account_home", "mfa_index", "mfa_list_webauthn", "mfa_view_recovery_codes")),
    Group("where registering begins, and what was forgotten", get="200 200 200 200 200", post="200 200 200 200 200",
          addresses=("register", "register_earlier", "register_resume", "register_resume_sent", "number_forgotten",
                     "number_sent")),
    Group("steps of registering; who has not begun is led to the first", get="302 200 200 200 200",
          post="302 200 200 200 200",
          addresses=("register_ways_in", "register_name", "register_birth", "register_school", "register_email",
                     "register_email_sent", "register_password", "register_check", "register_done", "register_later")),
    Group("links of mails, which nobody guesses", get="404 200 200 200 200", post="404 200 200 200 200",
          addresses=("register_confirm key", "register_resume_link key", "number_link key")),
    Group("a physician's credentials, and the form to upload one", get="302 200 200 200 403",
          post="302 405 405 405 403", addresses=("credentials",)),
    Group("uploads a credential", get="302 200 200 200 403", post="302 200 200 200 403",
          addresses=("credential_upload",)),
    Group("a credential; another's does not exist", get="302 200 200 404 403", post="302 405 405 405 403",
          addresses=("credential credential",)),
    Group("what is printed on a credential, and its files", get="302 200 200 404 403", post="302 200 200 404 403",
          addresses=("credential_printed credential", "credential_replace credential document")),
    Group("sends a credential, which is not complete", get="302 405 405 405 403", post="302 200 200 404 403",
          addresses=("credential_send credential",)),
    Group("removes a credential or a file of it", get="302 405 405 405 403", post="302 302 302 404 403",
          addresses=("credential_discard credential", "credential_remove credential document")),
    Group("an uploaded file; another's does not exist", get="302 200 200 404 404", post="302 405 405 405 405",
          addresses=("upload_state upload", "upload_status upload")),
    Group("a file as it came; there is none before it was checked, and none for who needs none",
          get="302 404 404 404 404", post="302 405 405 405 405", addresses=("upload_original upload",)),
    Group("who a physician is", get="302 200 200 200 403", post="302 200 200 200 403", addresses=("identity",)),
    Group("the names of a physician", get="302 200 200 200 403", post="302 405 405 405 403",
          addresses=("name_of_record",)),
    Group("another name, with a second factor", get="302 302 200 200 403", post="302 302 200 200 403",
          addresses=("name_change", "former_name", "birth_date")),
    Group("acts about who a physician is", get="302 405 405 405 403", post="302 302 302 302 403",
          addresses=("identity_form_new", "identity_withdraw")),
    Group("the form of a physician who has none", get="302 302 302 302 403", post="302 405 405 405 403",
          addresses=("identity_form_pdf",)),
    Group("a request about a name, withdrawn", get="302 302 405 405 403", post="302 302 302 302 403",
          addresses=("name_change_withdraw", "former_name_withdraw", "birth_date_withdraw")),
    Group("a physician's data, corrections and the end of the account", get="302 200 200 200 403",
          post="302 405 405 405 403", addresses=("corrections", "account_activity")),
    Group("is a copy of the data ready; nothing new while it is made", get="302 204 204 286 403",
          post="302 405 405 405 403", addresses=("own_data_status",)),
    Group("asks for a copy of a physician's data", get="302 200 200 200 403", post="302 302 302 302 403",
          addresses=("own_data",)),
    Group("asks for a correction, or for the end of the account", get="302 200 200 200 403",
          post="302 200 200 200 403", addresses=("correction_new", "deletion")),
    Group("a copy of somebody's data that is not ready", get="302 404 404 404 403", post="302 405 405 405 403",
          addresses=("own_data_download export",)),
    Group("a request for a correction, withdrawn", get="302 405 405 405 403", post="302 302 302 404 403",
          addresses=("correction_withdraw correction",)),
    Group("a request to end an account, withdrawn", get="302 405 405 405 403", post="302 302 302 302 403",
          addresses=("deletion_cancel",)),
    Group("the newsletter, for everybody", get="200 200 200 200 200", post="405 405 405 405 405",
          addresses=("newsletter", "newsletter_issue newsletter_number", "newsletter_sign_up_sent")),
    Group("sign up for the newsletter", get="200 200 200 200 200", post="200 200 200 200 200",
          addresses=("newsletter_sign_up",)),
    Group("links of the newsletter, which nobody guesses", get="404 404 404 404 404", post="404 404 404 404 404",
          addresses=("newsletter_confirm key", "newsletter_unsubscribe key")),
    Group("links to schools, which nobody guesses", get="404 404 404 404 404", post="404 404 404 404 404",
          addresses=("school_answer key",)),
    Group("requests to a school, for people of schools alone", get="302 302 403 403 403", post="302 405 405 405 405",
          addresses=("school_requests",), officials="200 200 405 405"),
    Group("a request to a school; another school's does not exist", get="302 302 403 403 403",
          post="302 302 403 403 403", addresses=("school_request verification",), officials="200 404 200 404"),
    Group("accounts of a school, for its coordinator", get="302 302 403 403 403", post="302 302 403 403 403",
          addresses=("school_people",), officials="200 403 404 403"),
    Group("the language of the pages for schools", get="405 405 405 405 405", post="302 302 302 302 302",
          addresses=("school_language",)),
    Group("messages", get="302 200 200 200 200", post="302 405 405 405 405", addresses=("inbox",)),
    Group("Pathways", get="302 200 200 200 403", post="302 405 405 405 403", addresses=("pathways",)),
    Group("applies for a Pathway; the owner has an application under way and is led to it",
          get="302 302 302 200 403", post="302 302 302 200 403", addresses=("pathway_start",)),
    Group("where an application for a Pathway stands; another's does not exist", get="302 200 200 404 403",
          post="302 405 405 405 403", addresses=("pathway pathway", "pathway_encounters pathway")),
    Group("topics of a draft for a Pathway", get="302 200 200 404 403", post="302 200 200 404 403",
          addresses=("pathway_license pathway", "pathway_school pathway", "pathway_check pathway")),
    Group("the day of a registration for a Step; a draft that does not ask for it leads on", get="302 302 302 404 403",
          post="302 302 302 404 403", addresses=("pathway_registration pathway",)),
    Group("acts on an application for a Pathway, and on its evaluators", get="302 405 405 405 403",
          post="302 302 302 404 403",
          addresses=("pathway_discard pathway", "pathway_take_back pathway", "pathway_recheck pathway",
                     "evaluator_send_again pathway evaluator", "evaluator_withdraw pathway evaluator")),
    Group("invites an evaluator; a draft has none yet", get="302 302 302 404 403", post="302 302 302 404 403",
          addresses=("evaluator_invite pathway",)),
    Group("the link of an evaluator, which nobody guesses", get="404 404 404 404 404", post="404 404 404 404 404",
          addresses=("evaluate key",)),
    Group("which messages come by e-mail", get="302 200 200 200 200", post="302 302 302 302 302",
          addresses=("message_preferences",)),
    Group("a message", get="302 200 200 404 404", post="302 405 405 405 405", addresses=("inbox_message message",)),
    Group("a message to put away", get="302 405 405 405 405", post="302 400 400 404 404",
          addresses=("inbox_mark message",)),
    Group("how long a session lasts, and longer", get="302 200 200 200 200", post="302 200 200 200 200",
          addresses=("session_clock",)),
    Group("an account's sessions", get="302 200 200 200 200", post="302 302 302 302 302", addresses=("sessions",)),
    Group("shows its second factor; who has is led on", get="302 302 302 302 302", post="302 405 405 405 405",
          addresses=("second_factor",)),
    Group("second factor at the sign-in; who is signed in is led on", get="302 302 302 302 302",
          post="302 302 302 302 302", addresses=("mfa_authenticate", "mfa_login_webauthn", "mfa_activate_totp")),
    Group("an account's own second factor", get="302 200 200 200 200", post="302 200 200 200 200",
          addresses=("mfa_add_webauthn", "mfa_reauthenticate")),
    Group("end of an authenticator app; staff must keep a second factor", get="302 200 200 200 200",
          post="302 302 302 302 200", addresses=("mfa_deactivate_totp",)),
    Group("new recovery codes", get="302 200 200 200 200", post="302 302 302 302 302",
          addresses=("mfa_generate_recovery_codes",)),
    Group("a passkey to confirm with", get="302 302 302 302 302", post="302 302 302 302 302",
          addresses=("mfa_reauthenticate_webauthn",)),
    Group("a passkey of somebody else", get="302 404 404 404 404", post="302 404 404 404 404",
          addresses=("mfa_edit_webauthn passkey", "mfa_remove_webauthn passkey")),
    Group("a first password; who has one is led on", get="302 302 302 302 302", post="302 302 302 302 302",
          addresses=("account_set_password",)),
)  # fmt: skip

STAFF_GROUPS = (
    Group(
        "pages of every account of staff; others are led to the sign-in page of staff",
        get="302 302 302 302 200", post="302 302 302 302 200",
        addresses=("admin:index",),
    ),
    Group("pages without a form for every account of staff", get="302 302 302 302 200", post="302 302 302 302 405",
          addresses=("admin:password_change_done", "admin:jsi18n")),
    Group("found by other forms; without a question there is no answer", get="302 302 302 302 403", post="302 302 302 302 405",
          addresses=("admin:autocomplete",)),
    Group("pages of ours that a row of staff stands for; there are none", get="302 302 302 302 404", post="302 302 302 302 404",
          addresses=("admin:view_on_site content_type object",)),
    Group("no page of staff", get="302 302 302 302 404", post="302 302 302 302 404", addresses=("staff/(?P<url>.*)$",)),
    Group("Django's own sign-in page of staff is not used", get="302 404 404 404 302", post="302 404 404 404 302",
          addresses=("admin:login",)),
    Group("staff change their password where everybody does", get="302 302 302 302 302", post="302 302 302 302 302",
          addresses=("admin:password_change",)),
    Group("sign out of staff", get="302 302 302 302 405", post="302 302 302 302 200", addresses=("admin:logout",)),
)  # fmt: skip

# model                                 everything reviewer   senior     finance    committee  editor     admin.     auditor
MODELS = """
applicants.applicant                    v          v          v          v          v          -          -          v
applicants.birthdatecorrection          vc         vc         vc         -          -          -          -          v
applicants.correctionrequest            v          v          v          -          -          -          -          v
applicants.dataexport                   v          -          -          -          -          -          v          v
applicants.deletionrequest              v          v          v          -          -          -          -          v
applicants.identitycheck                vc         vc         vc         -          -          -          -          v
applicants.namerequest                  vc         vc         vc         -          -          -          -          v
applicants.registration                 vc         v          vc         -          -          -          -          v
applicants.user                         v          -          -          -          -          -          v          v
certification.annotation                v          v          v          -          v          -          -          v
certification.casedecision              va         -          -          -          va         -          -          v
certification.application               vc         vc         vc         -          v          -          -          v
certification.certificate               v          v          v          -          v          -          -          v
certification.certificatechange         v          v          v          -          v          -          -          v
certification.certificatecopy           v          v          v          -          v          -          -          v
certification.certificateextension      va         va         va         -          va         -          -          v
certification.certificaterequest        vc         vc         vc         -          v          -          -          v
certification.certificatelookup         v          -          v          -          -          -          v          v
certification.irregularbehaviorcase     va         -          -          -          va         -          -          v
certification.issuecandidate            v          v          v          -          v          -          -          v
certification.issuedecision             v          v          v          -          v          -          -          v
certification.credential                vc         vc         vc         -          v          -          -          v
certification.credentialstatuschange    v          v          v          -          v          -          -          v
certification.degreetitle               v          v          v          -          v          v          v          v
certification.examinationresult         v          v          v          -          v          -          -          v
certification.fileimport                vac        -          vac        -          -          -          vac        v
certification.hold                      v          v          v          -          v          -          -          v
certification.medicaleducation          v          v          v          -          v          -          -          v
certification.medicalschool             v          v          v          -          v          v          v          v
certification.oetresult                 v          v          v          -          v          -          -          v
certification.pathwayacceptance         v          v          v          -          v          -          -          v
certification.pathwayapplication        vc         vc         vc         -          vc         -          -          v
certification.schoolofficial            va         va         va         -          v          -          v          v
certification.attemptlimit              vac        v          v          -          v          -          vac        v
certification.excludedaward             vac        v          v          -          v          -          vac        v
certification.oetminimum                vac        v          v          -          v          -          vac        v
certification.pathwayseason             vac        v          v          -          v          -          vac        v
certification.ruleperiod                vac        v          v          -          v          -          vac        v
certification.ruletablechange           v          v          v          -          v          -          v          v
certification.threshold                 vac        v          v          -          v          -          vac        v
certification.sponsornote               v          v          v          -          v          v          v          v
certification.verificationrequest       vc         vc         vc         -          vc         -          -          v
certification.windowexception           va         v          va         -          v          -          -          v
cvs.dispatchjob                         v          v          v          -          -          -          v          v
cvs.issuedreport                        v          v          v          -          v          -          -          v
cvs.licensingauthority                  vac        v          v          v          v          v          vac        v
cvs.reportrequest                       v          v          v          v          v          -          v          v
cvs.verificationlookup                  v          -          v          -          -          -          v          v
payments.fee                            vacd       v          v          vacd       v          v          v          v
payments.ledgeraccount                  v          -          -          v          -          -          -          v
payments.ledgertransaction              v          -          -          v          -          -          -          v
payments.order                          v          v          v          v          -          -          -          v
payments.payment                        v          -          -          v          -          -          -          v
payments.refund                         v          -          -          v          -          -          -          v
payments.stripeevent                    v          -          -          v          -          -          v          v
portal.auditevent                       v          -          -          -          -          -          v          v
portal.newsletterdelivery               v          -          -          -          -          v          v          v
portal.newsletterissue                  vac        -          -          -          -          vac        -          -
portal.newslettersubscriber             v          -          -          -          -          v          -          v
portal.outgoingemail                    v          -          -          -          -          -          v          v
portal.proposal                         v          v          v          -          v          -          -          v
portal.upload                           v          -          -          -          -          -          v          -
"""

# model, act                            everything reviewer   senior     finance    committee  editor     admin.     auditor
ACTS = """
applicants.applicant remove_factor      yes        yes        yes        -          -          -          -          -
applicants.identitycheck look_again     yes        yes        yes        -          -          -          -          -
applicants.namerequest look_again       yes        yes        yes        -          -          -          -          -
applicants.correctionrequest corrected  yes        yes        yes        -          -          -          -          -
applicants.correctionrequest declined   yes        yes        yes        -          -          -          -          -
applicants.deletionrequest carry_out    yes        yes        yes        -          -          -          -          -
applicants.deletionrequest refuse       yes        -          yes        -          -          -          -          -
certification.schoolofficial close_account yes     yes        yes        -          -          -          -          -
certification.schoolofficial open_account yes      yes        yes        -          -          -          -          -
certification.schoolofficial take_off_list yes     yes        yes        -          -          -          -          -
certification.casedecision decide       yes        -          -          -          yes        -          -          -
certification.irregularbehaviorcase start_review yes -        -          -          yes        -          -          -
certification.irregularbehaviorcase dismiss yes    -          -          -          yes        -          -          -
certification.irregularbehaviorcase send_notice yes -         -          -          yes        -          -          -
certification.irregularbehaviorcase hand_over yes  -          -          -          yes        -          -          -
certification.certificate revoke        yes        -          -          -          yes        -          -          -
certification.certificatecopy try_again yes        yes        yes        -          yes        -          -          -
certification.certificateextension carry_out yes   yes        yes        -          yes        -          -          -
certification.certificateextension withdraw yes    yes        yes        -          yes        -          -          -
certification.issuecandidate issue      yes        yes        yes        -          yes        -          -          -
cvs.issuedreport export_table           yes        yes        yes        -          yes        -          -          yes
cvs.issuedreport withdraw               yes        yes        yes        -          yes        -          -          -
cvs.reportrequest export_table          yes        yes        yes        yes        yes        -          yes        yes
cvs.reportrequest hold                  yes        yes        yes        -          -          -          -          -
cvs.reportrequest release               yes        yes        yes        -          -          -          -          -
cvs.reportrequest resend                yes        yes        yes        -          -          -          -          -
cvs.reportrequest reissue               yes        -          yes        -          -          -          -          -
cvs.reportrequest mark_sent             yes        -          yes        -          -          -          -          -
payments.order export_table             yes        yes        yes        yes        -          -          -          yes
payments.payment export_table           yes        -          -          yes        -          -          -          yes
payments.payment sync_now               yes        -          -          yes        -          -          -          -
payments.refund export_table            yes        -          -          yes        -          -          -          yes
portal.newslettersubscriber lift_suppression yes        -          -          -          -          yes        -          -
portal.outgoingemail send_again         yes        -          -          -          -          -          yes        -
portal.outgoingemail close              yes        -          -          -          -          -          yes        -
portal.proposal decline                 yes        yes        yes        -          yes        -          -          -
"""
