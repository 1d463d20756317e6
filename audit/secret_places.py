"""Where templates keep texts that may be secrets."""

import re
from collections.abc import Mapping

from audit.template import Json
from audit.view import View

DYNAMIC = re.compile(r"\{\{resolve:(secretsmanager|ssm-secure):")

# Attributes that are secrets, such as `${Stack/Key.SecretAccessKey}`.
ATTRIBUTE = re.compile(
    r"\$\{[^}]*\.(SecretAccessKey|[A-Za-z]*(Password|PrivateKey|SecretString|Token|ApiKey|SecretValue))\}"
)


def parameters(view: View) -> dict[str, Mapping[str, Json]]:
    return {
        f"{template.name}/{id}": each
        for template in view.templates.values()
        for id, each in template.section("Parameters").items()
        if isinstance(each, Mapping)
    }


def is_hidden(parameter: Mapping[str, Json]) -> bool:
    return str(parameter.get("NoEcho", False)).lower() == "true"
