#!/bin/sh
# Every day: a dump of the database and a copy of new reports and certificates, into /backups. `backup.sh once` does it once and ends.
set -eu
KEEP_DAYS=${KEEP_DAYS:-30}

back_up() {
  stamp=$(date -u +%Y%m%dT%H%M%SZ)
  PGPASSWORD=$(cat /run/secrets/database_password) \
    pg_dump --host=database --username=portal --format=custom --file="/backups/portal-$stamp.partial" portal
  # A name without .partial is a dump that is whole.
  mv "/backups/portal-$stamp.partial" "/backups/portal-$stamp.dump"
  # Neither changes once written, so a file that is there already is the same file.
  mkdir -p /backups/reports
  cp -a -n /data/reports/. /backups/reports/
  mkdir -p /backups/certificates
  cp -a -n /data/certificates/. /backups/certificates/
  # Checkpoints grow line by line, so these are copied again.
  mkdir -p /backups/audit
  cp -a /data/audit/. /backups/audit/
  # Uploads are copied as they are today, so that what was erased here is erased there too.
  rm -rf /backups/uploads.partial
  cp -a /data/uploads /backups/uploads.partial
  rm -rf /backups/uploads
  mv /backups/uploads.partial /backups/uploads
  find /backups -maxdepth 1 -name 'portal-*' -mtime "+$KEEP_DAYS" -delete
  echo "backed up: portal-$stamp.dump"
}

if [ "${1:-}" = once ]; then
  back_up
  exit
fi
trap 'exit 0' TERM INT
while true; do
  back_up || echo "BACKUP FAILED" >&2
  # In the background, so that a stop is heard at once.
  sleep 86400 &
  wait $!
done
