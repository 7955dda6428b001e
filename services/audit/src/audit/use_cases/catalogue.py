"""The use cases of the journal, for its pages, gRPC and threads."""

from dataclasses import dataclass

from audit.use_cases.append_events import AppendEvents
from audit.use_cases.describe_events import DescribeEvents, ReadVocabulary
from audit.use_cases.export_results import ExportResults
from audit.use_cases.journal_state import ReadEventTypes, ReadJournalState
from audit.use_cases.prove_inclusion import NewestCheckpoint, ProveInclusion
from audit.use_cases.publish_checkpoint import PublishCheckpoint
from audit.use_cases.read_event import ReadEvent
from audit.use_cases.search_events import ReadResults, SearchEvents
from audit.use_cases.tell_missing import TellMissing
from audit.use_cases.understand import Understand
from audit.use_cases.watch_producers import WatchProducers


@dataclass(frozen=True, kw_only=True)
class UseCases:
    """All that the journal does, for its pages and for gRPC."""

    append: AppendEvents
    missing: TellMissing
    prove: ProveInclusion
    checkpoint: NewestCheckpoint
    publish: PublishCheckpoint
    watch: WatchProducers
    search: SearchEvents
    results: ReadResults
    read_event: ReadEvent
    export: ExportResults
    understand: Understand
    state: ReadJournalState
    types: ReadEventTypes
    describe: DescribeEvents
    vocabulary: ReadVocabulary
