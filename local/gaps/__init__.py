"""What MiniStack lacks or does otherwise than AWS: one module for each gap of local-cloud.md."""

from local.state import Home


def close_all(home: Home) -> None:
    """Close every gap; called once in the server's process, before it serves."""
    # Each of them imports MiniStack, which reads its settings while it is imported.
    from local.gaps import (
        access_log,
        alarms,
        authorization,
        body_limit,
        bucket_import,
        budgets,
        catalogue,
        cloudformation,
        conversation,
        embedded_metrics,
        empty_answers,
        firewall,
        guardrails,
        inference_profiles,
        ingestion,
        invocation_logging,
        key_aliases,
        log_group_names,
        model_access,
        object_lock,
        recorded,
        request_validation,
        retrieval,
        s3vectors,
        stray_listeners,
        streaming,
        table_recovery,
        titan_embeddings,
        trail,
    )

    stray_listeners.close()
    s3vectors.close()
    guardrails.close()
    catalogue.close()
    inference_profiles.close()
    model_access.close()
    conversation.close()
    titan_embeddings.close(home)
    invocation_logging.close()
    ingestion.close(home)
    retrieval.close(home)
    authorization.close()
    key_aliases.close()
    log_group_names.close()
    cloudformation.close()
    firewall.close()
    trail.close()
    table_recovery.close()
    request_validation.close()
    streaming.close()
    empty_answers.close()
    object_lock.close()
    bucket_import.close()
    body_limit.close()
    access_log.close()
    embedded_metrics.close()
    alarms.close()
    budgets.close()
    recorded.close()
