"""A Bedrock guardrail and the immutable version that handlers use."""

import hashlib

from aws_cdk import RemovalPolicy
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from constructs import Construct

from config import guardrail as declared

Cfn = bedrock.CfnGuardrail


class Guardrail(Construct):
    """The guardrail of one name; editing it publishes a new version beside the old one."""

    def __init__(self, scope: Construct, id: str, *, name: str, policy: declared.Guardrail) -> None:
        super().__init__(scope, id)
        self.guardrail = Cfn(
            self,
            "Guardrail",
            name=name,
            description=policy.description,
            blocked_input_messaging=policy.blocked_input,
            blocked_outputs_messaging=policy.blocked_output,
            content_policy_config=_content(policy),
            topic_policy_config=_topics(policy),
            word_policy_config=_words(policy),
            sensitive_information_policy_config=_sensitive(policy),
        )
        self.content = hashlib.sha256(policy.model_dump_json().encode()).hexdigest()[:12]
        self.version = self._publish()

    @property
    def id(self) -> str:
        return self.guardrail.attr_guardrail_id

    @property
    def arn(self) -> str:
        return self.guardrail.attr_guardrail_arn

    def grant_apply(self, grantee: iam.IGrantable) -> iam.Grant:
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["bedrock:ApplyGuardrail"],
            resource_arns=[self.arn],
        )

    def _publish(self) -> str:
        # A version is create-only and editing a guardrail cuts none: the content's hash in the
        # logical id makes a new resource of every edit, and callers may still pin the old one.
        version = bedrock.CfnGuardrailVersion(
            self,
            f"Version{self.content}",
            guardrail_identifier=self.id,
            description=f"content {self.content}",
        )
        version.apply_removal_policy(RemovalPolicy.RETAIN)
        return version.attr_version


def _content(policy: declared.Guardrail) -> Cfn.ContentPolicyConfigProperty:
    filters = [
        Cfn.ContentFilterConfigProperty(
            type=category, input_strength=strength.input, output_strength=strength.output
        )
        for category, strength in policy.content_filters.items()
    ]
    return Cfn.ContentPolicyConfigProperty(filters_config=filters)


def _topics(policy: declared.Guardrail) -> Cfn.TopicPolicyConfigProperty | None:
    topics = [
        Cfn.TopicConfigProperty(
            name=topic.name,
            definition=topic.definition,
            examples=list(topic.examples) or None,
            type="DENY",
        )
        for topic in policy.topics
    ]
    return Cfn.TopicPolicyConfigProperty(topics_config=topics) if topics else None


def _words(policy: declared.Guardrail) -> Cfn.WordPolicyConfigProperty | None:
    if not policy.words and not policy.profanity:
        return None
    return Cfn.WordPolicyConfigProperty(
        words_config=[Cfn.WordConfigProperty(text=word) for word in policy.words] or None,
        managed_word_lists_config=[Cfn.ManagedWordsConfigProperty(type="PROFANITY")]
        if policy.profanity
        else None,
    )


def _sensitive(policy: declared.Guardrail) -> Cfn.SensitiveInformationPolicyConfigProperty | None:
    if not policy.pii and not policy.patterns:
        return None
    return Cfn.SensitiveInformationPolicyConfigProperty(
        pii_entities_config=[
            Cfn.PiiEntityConfigProperty(type=entity, action=action)
            for entity, action in policy.pii.items()
        ]
        or None,
        regexes_config=[
            Cfn.RegexConfigProperty(name=name, pattern=regex.pattern, action=regex.action)
            for name, regex in policy.patterns.items()
        ]
        or None,
    )
