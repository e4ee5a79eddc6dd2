// Results of a check with as many findings as are asked for, so that a large page needs no large organization:
// node grow.mjs RESULTS COUNT. The rule that has most of them gets copies of its findings, each about somebody else.

import { readFile } from 'node:fs/promises';

const [from, count] = process.argv.slice(2);
const results = JSON.parse(await readFile(from, 'utf8'));
const rule = results.rules.reduce((a, b) => (b.violations > a.violations ? b : a));
const own = results.findings.filter((finding) => finding.rule === rule.id && finding.status === 'violation');
const last = results.findings.lastIndexOf(own.at(-1));
const more = Array.from({ length: Number(count) - results.findings.length }, (_, at) => {
  const copy = structuredClone(own[at % own.length]);
  const { id, email } = copy.subject;
  copy.subject.id = `${id}-${at}`;
  copy.subject.email = `${at}.${email}`;
  copy.message = copy.message.replace(email, copy.subject.email);
  copy.fingerprint = at.toString(16).padStart(32, '0');
  copy.paths.forEach((path) => { path.via = path.via.map((step) => (step === id ? copy.subject.id : step)); });
  return copy;
});
results.findings.splice(last + 1, 0, ...more);
rule.violations += more.length;
rule.selected += more.length;
results.summary.violations += more.length;
results.summary.by_severity[rule.severity] += more.length;
process.stdout.write(JSON.stringify(results));
