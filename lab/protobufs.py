"""WhatsApp's protobuf modules as the installed client library ships them, without loading the library itself.

Importing `neonize` would start its Go runtime in this process; the generated modules beside it need only
`google.protobuf`. They import one another by top-level names, so their folder has to be on `sys.path`.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any


def _folder() -> str:
    # find_spec of a top-level package looks it up and executes nothing.
    spec = importlib.util.find_spec("neonize")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("the lab speaks the protobufs of the client it serves: install neonize")
    return str(Path(spec.submodule_search_locations[0]) / "proto")


def _load(name: str) -> Any:
    folder = _folder()
    if folder not in sys.path:
        # Last, so that no folder of theirs can hide a module of ours.
        sys.path.append(folder)
    return importlib.import_module(name)


adv: Any = _load("waAdv.WAAdv_pb2")
cert: Any = _load("waCert.WACert_pb2")
common: Any = _load("waCommon.WACommon_pb2")
companion: Any = _load("waCompanionReg.WACompanionReg_pb2")
e2e: Any = _load("waE2E.WAWebProtobufsE2E_pb2")
history: Any = _load("waHistorySync.WAWebProtobufsHistorySync_pb2")
server_sync: Any = _load("waServerSync.WAWebProtobufsServerSync_pb2")
sync_action: Any = _load("waSyncAction.WAWebProtobufSyncAction_pb2")
wa6: Any = _load("waWa6.WAWebProtobufsWa6_pb2")
web: Any = _load("waWeb.WAWebProtobufsWeb_pb2")
