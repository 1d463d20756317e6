"""What cfripper finds in templates: paths in, {path: [[rule, resource], …] or null} out.

Runs in cfripper's own environment, so it imports nothing of ours.
"""

import json
import logging
import sys
from pathlib import Path

import pycfmodel
from cfripper.config.config import Config
from cfripper.config.pluggy.utils import get_all_rules
from cfripper.rule_processor import RuleProcessor


def main() -> None:
    logging.disable()
    rules = get_all_rules()
    config = Config(rules=rules.keys())
    processor = RuleProcessor(*[rules[each](config) for each in config.rules])
    found = {path: findings(path, processor, config) for path in json.load(sys.stdin)}
    json.dump(found, sys.stdout)


def findings(path, processor, config):
    with Path(path).open(encoding="utf-8") as file:
        document = json.load(file)
    try:
        model = pycfmodel.parse(document).resolve()
    except Exception as error:  # whatever it raises, it has not judged the template
        print(f"{path}: {error!r}"[:300], file=sys.stderr)
        return None
    result = processor.process_cf_template(model, config)
    return sorted(
        (failure.rule, resource)
        for failure in result.failures
        for resource in failure.resource_ids or [""]
    )


if __name__ == "__main__":
    main()
