// What the CDK's own diff says of pairs of templates: [[before, after], …] in, the gravest impact
// on the resource `R` of each pair out.
const { fullDiff } = require('@aws-cdk/cloudformation-diff');

const pairs = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const impacts = pairs.map(([before, after]) => {
  const change = fullDiff(before, after).resources.changes.R;
  return change ? change.changeImpact : 'NO_CHANGE';
});
process.stdout.write(JSON.stringify(impacts));
