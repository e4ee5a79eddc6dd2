#!/bin/sh
# Daily, from cron or a timer: metrics for the textfile collector of the node exporter. prometheus-rules.yaml has the
# alerts; one of them tells when this no longer runs.
set -u
folder=/var/lib/node_exporter/textfile_collector

rolelint check --quiet --no-progress --key-file /etc/rolelint/key --policy /etc/rolelint/policies \
    --format prometheus -o "$folder/rolelint.tmp"
code=$?
# Reports are readable by their owner only, and the node exporter is somebody else. It reads no name but *.prom.
if [ $code -ne 2 ]; then
    chmod 644 "$folder/rolelint.tmp" && mv "$folder/rolelint.tmp" "$folder/rolelint.prom" || exit 3
fi
exit $code
