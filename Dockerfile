# syntax=docker/dockerfile:1
# One image for web, workers, scheduler and commands. Holds no secret and no stand-in; runs as user 10001.

FROM python:3.11-slim-bookworm AS assets
WORKDIR /portal
COPY package.json package-lock.json ./
COPY assets assets
COPY static static
RUN python assets/build.py

FROM python:3.11-slim-bookworm AS packages
WORKDIR /portal
COPY requirements-tools.txt requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements-tools.txt \
 && python -m venv /venv \
 && VIRTUAL_ENV=/venv uv pip install --no-cache --require-hashes --compile-bytecode -r requirements.txt

FROM python:3.11-slim-bookworm AS runtime
# Pango lays out the reports, harfbuzz-subset keeps their embedded fonts small, Noto covers the names of 146 countries.
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/* \
 && fc-cache -f \
 && useradd --uid 10001 --create-home --shell /usr/sbin/nologin portal \
 && install -d -o portal -g portal -m 0700 /data /data/reports /data/certificates /data/uploads /data/imports /data/exports /data/audit
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp \
    STATIC_ROOT=/static \
    REPORTS_DIR=/data/reports \
    CERTIFICATES_DIR=/data/certificates \
    UPLOADS_DIR=/data/uploads \
    IMPORTS_DIR=/data/imports \
    EXPORTS_DIR=/data/exports \
    AUDIT_CHECKPOINT_DIR=/data/audit \
    BEAT_SCHEDULE_FILE=/tmp/beat-schedule
COPY --from=packages /venv /venv
WORKDIR /portal
COPY . .
COPY --from=assets /portal/static static
RUN python -c "from pathlib import Path; from portal.translations import compile_catalogs; compile_catalogs(Path('locale'))"
# collectstatic reads the settings but none of these values: they exist for this one command and stay out of the image.
RUN SECRET_KEY=only-for-collectstatic-only-for-collectstatic BASE_URL=https://portal.example \
    UPLOADS_ORIGIN=https://uploads.example \
    FIELD_ENCRYPTION_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    BLIND_INDEX_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost SMTP_HOST=localhost \
    DEFAULT_FROM_EMAIL=portal@portal.example STAFF_ALERT_EMAIL=staff@portal.example \
    STRIPE_SECRET_KEY=none STRIPE_WEBHOOK_SECRET=none ORGANIZATION_ADDRESS=none \
    ORGANIZATION_EMAIL=help@portal.example REPORT_SIGNATORY=none REPORT_SIGNATORY_TITLE=none \
    python manage.py collectstatic --noinput
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "deploy/healthcheck.py", "web"]
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--graceful-timeout", "30"]
