#!/bin/sh
# /etc/cron.daily/rolelint
#
# Mails when the findings are not those of last time: new ones, and when the last is gone. As long as access cannot be
# checked, it mails every time: no news must not mean that nobody looked.
set -u
umask 077
cd /var/lib/rolelint || exit 3

rm -f new.csv new.txt new.prom
rolelint check --quiet --no-progress --key-file /etc/rolelint/key --policy /etc/rolelint/policies \
    --report csv=new.csv --report prometheus=new.prom -o new.txt 2> errors.txt
code=$?

mail_to() {
    mail -s "rolelint: $1" security@acme.example
}

if ! grep -qx 'rolelint_complete 1' new.prom; then
    # What was found, if anything was, then what went wrong.
    cat new.txt errors.txt 2> /dev/null | mail_to "access could not be checked: exit code $code"
elif ! cmp -s new.csv last.csv; then
    # What could not be mailed is mailed next time.
    mail_to "the findings have changed: exit code $code" < new.txt && mv new.csv last.csv
fi
exit $code
