// What `cdk diff` says of pairs of templates: [[before, after], …] as paths in; for each, whether
// permissions broaden and the types of what is replaced, destroyed or orphaned.
const { readFileSync } = require('fs');
const { fullDiff } = require('@aws-cdk/cloudformation-diff');

const LOST = ['WILL_REPLACE', 'MAY_REPLACE', 'WILL_DESTROY', 'WILL_ORPHAN'];
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const told = JSON.parse(readFileSync(0, 'utf8')).map(([before, after]) => {
  const diff = fullDiff(read(before), read(after));
  const lost = diff.resources.filter((each) => LOST.includes(each.changeImpact)).changes;
  const types = Object.values(lost).map((each) => each.oldResourceType);
  return { broadened: diff.permissionsBroadened, lost: types };
});
process.stdout.write(JSON.stringify(told));
