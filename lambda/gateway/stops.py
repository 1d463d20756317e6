"""Why a model stops, as Converse says it: the reasons that this gateway knows."""

END, TOOL, LENGTH, BLOCKED = "stop", "tool_calls", "length", "content_filter"

# Converse's stopReason -> OpenAI's finish_reason. Any other reason is an error, not a success.
FINISH = {
    "end_turn": END,
    "stop_sequence": END,
    "tool_use": TOOL,
    "max_tokens": LENGTH,
    "model_context_window_exceeded": LENGTH,
    "guardrail_intervened": BLOCKED,
    "content_filtered": BLOCKED,
}
