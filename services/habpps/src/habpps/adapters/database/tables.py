"""The tables of habpps. Dates are French civil dates, moments are microseconds UTC, lists are JSON."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from habpps.domain.states import CONVENTION_OVER
from servicekit.database import Json, UtcDateTime
from servicekit.database.jobs import job_table

metadata = MetaData()

organisation = Table(
    "organisation",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("siret", String(14), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("caf", String(8), nullable=False),  # of a Caf itself; empty for a partner, which may work with several
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
)

convention = Table(
    "convention",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("organisation_id", String(36), nullable=False, index=True),
    Column("caf", String(8), nullable=False),
    Column("organisation_name", String(200), nullable=False),
    Column("contact", String(200), nullable=False),
    Column("reference", String(80), nullable=False),
    Column("state", String(32), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("partner_name", String(200), nullable=False),
    Column("partner_capacity", String(200), nullable=False),
    Column("partner_signed_on", Date),
    Column("caf_name", String(200), nullable=False),
    Column("caf_capacity", String(200), nullable=False),
    Column("caf_signed_on", Date),
    Column("search", Text, nullable=False),
    Column("changes", Integer, nullable=False, server_default="0"),
    UniqueConstraint("caf", "reference"),
    Index("convention_by_caf", "caf", "search"),
)
Index(
    "convention_alive",
    convention.c.organisation_id,
    convention.c.caf,
    unique=True,
    postgresql_where=convention.c.state.not_in(sorted(CONVENTION_OVER)),
    sqlite_where=convention.c.state.not_in(sorted(CONVENTION_OVER)),
)

service_contract = Table(
    "service_contract",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("organisation_id", String(36), nullable=False, index=True),
    Column("caf", String(8), nullable=False),
    Column("convention_id", String(36), nullable=False),
    Column("extranet", String(40), nullable=False),
    Column("profiles", Json, nullable=False),
    Column("purposes", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("maximum_users", Integer),
    Column("changes", Integer, nullable=False, server_default="0"),
)

territory = Table(
    "territory",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("organisation_id", String(36), nullable=False, index=True),
    Column("contract_id", String(36), nullable=False),
    Column("caf", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("changes", Integer, nullable=False, server_default="0"),
)

user_group = Table(
    "user_group",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("organisation_id", String(36), nullable=False, index=True),
    Column("caf", String(8), nullable=False),
    Column("name", String(120), nullable=False),
    Column("profile", String(4), nullable=False),
    Column("state", String(16), nullable=False),
    Column("changes", Integer, nullable=False, server_default="0"),
)

person = Table(  # the only place of habpps with the names and the address of somebody
    "person",
    metadata,
    Column("account_id", String(64), primary_key=True),
    Column("given_name", String(80), nullable=False),
    Column("family_name", String(80), nullable=False),
    Column("email", String(254), nullable=False, index=True),
    Column("email_verified_at", UtcDateTime),
    Column("language", String(2), nullable=False),
    Column("search", Text, nullable=False),
)

professional = Table(
    "professional",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("account_id", String(64), ForeignKey("person.account_id"), nullable=False, index=True),
    Column("organisation_id", String(36), nullable=False, index=True),
    Column("caf", String(8), nullable=False),
    Column("job_title", String(120), nullable=False),
    Column("state", String(16), nullable=False),
    Column("departs_on", Date),
    Column("joined_at", UtcDateTime),
    Column("search", Text, nullable=False),  # of the function alone: names are searched in `person`
    Column("changes", Integer, nullable=False, server_default="0"),
    UniqueConstraint("organisation_id", "caf", "account_id"),
)

habilitation = Table(
    "habilitation",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("organisation_id", String(36), nullable=False, index=True),
    Column("caf", String(8), nullable=False),
    Column("user_id", String(36), nullable=False, index=True),
    Column("group_id", String(36), nullable=False, index=True),
    Column("profile", String(4), nullable=False),
    Column("contracts", Json, nullable=False),
    Column("left", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("changes", Integer, nullable=False, server_default="0"),
)

administrator = Table(
    "administrator",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("account_id", String(64), ForeignKey("person.account_id"), nullable=False, index=True),
    Column("organisation_id", String(36), nullable=False, index=True),
    Column("caf", String(8), nullable=False),
    Column("role", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("changes", Integer, nullable=False, server_default="0"),
)

extranet = Table(
    "extranet",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("owner", String(8), nullable=False),
    Column("label", String(120), nullable=False),
    Column("url", String(300), nullable=False),
    Column("profiles", Json, nullable=False),
    Column("purposes", Json, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("changes", Integer, nullable=False, server_default="0"),
)

feed_state = Table(
    "feed_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row, number 1: its lock orders the revisions
    Column("revision", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

fact = Table(
    "fact",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

feed_change = Table(
    "feed_change",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("key", String(120), nullable=False),
    Column("value", LargeBinary, nullable=False),  # empty: the fact is removed
    Column("digest", LargeBinary, nullable=False),  # after the whole revision
    Column("epoch", BigInteger, nullable=False),  # in which it was made
    Column("committed_at", UtcDateTime, nullable=False),
)

replica = Table(
    "replica",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
    Column("advanced_at", UtcDateTime, nullable=False),
    Column("reader_version", Integer, nullable=False),
)

account_command = Table(
    "account_command",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("account_id", String(64), nullable=False, index=True),
    Column("organisation_id", String(36), nullable=False),
    Column("caf", String(8), nullable=False),
    Column("requested_by", String(64), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("content", Json, nullable=False),  # emptied when done: names and an address
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("problem", String(80), nullable=False),
    Column("username", String(120), nullable=False),
    Column("reference", String(9), nullable=False),
    Index("account_command_open", "state", "id"),
)

invitation = Table(
    "invitation",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("organisation_id", String(36), nullable=False, index=True),
    Column("caf", String(3), nullable=False),
    Column("given_name", String(80), nullable=False),  # as typed: the person may be registered otherwise
    Column("family_name", String(80), nullable=False),
    Column("email", String(254), nullable=False),
    Column("as_administrator", Boolean, nullable=False),
    Column("job_title", String(120), nullable=False),
    Column("groups", Json, nullable=False),
    Column("replaces", String(36), nullable=False),
    Column("invited_by", String(64), nullable=False),
    Column("invited_by_name", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("answered_by", String(64), nullable=False),
    Column("account_id", String(64), nullable=False, index=True, server_default=""),  # the way, written by itself
    Column("by_sign_in", Boolean, nullable=False, server_default=false()),
    Column("is_declined", Boolean, nullable=False, server_default=false()),
    Column("changes", Integer, nullable=False, server_default="0"),
)

address_change = Table(
    "address_change",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("account_id", String(64), ForeignKey("person.account_id"), nullable=False, index=True),
    Column("organisation_id", String(36), nullable=False),
    Column("caf", String(3), nullable=False),
    Column("email", String(254), nullable=False),
    Column("asked_by", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("changes", Integer, nullable=False, server_default="0"),
)

act = Table(
    "act",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("organisation_id", String(36), nullable=False),
    Column("caf", String(8), nullable=False),
    Column("author_account_id", String(64), nullable=False),
    Column("author_name", String(200), nullable=False),
    Column("act", String(80), nullable=False),
    Column("label", String(200), nullable=False),
    Column("reason", String(400), nullable=False),
    Column("details", Json, nullable=False),
    Index("act_by_organisation", "organisation_id", "caf", "id"),
)

review_rule = Table(
    "review_rule",
    metadata,
    Column("caf", String(8), primary_key=True),
    Column("act", String(80), primary_key=True),
    Column("waits", String(12), nullable=False),
    Column("people", Integer, nullable=False),
    Column("decider", String(12), nullable=False),
    Column("changes", Integer, nullable=False, server_default="0"),
)

job = job_table(metadata)

request = Table(
    "request",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("organisation_id", String(36), nullable=False),
    Column("caf", String(8), nullable=False),
    Column("about", String(36), nullable=False),
    Column("name", String(80), nullable=False),
    Column("content", Json, nullable=False),  # emptied when decided: names and addresses
    Column("label", String(200), nullable=False),
    Column("asked_by", String(36), nullable=False),
    Column("asked_by_name", String(200), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("decider", String(12), nullable=False),
    Column("decided_by", String(36), nullable=False),
    Column("decided_by_name", String(200), nullable=False),
    Column("decided_at", UtcDateTime),
    Column("reason", String(400), nullable=False),
    Index("request_by_side", "organisation_id", "caf", "id"),
    Index("request_waiting", "state", "expires_at"),
)

receipt = Table(
    "receipt",
    metadata,
    Column("client_id", String(200), primary_key=True),
    Column("organisation_id", String(36), primary_key=True),
    Column("caf", String(8), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("outcome", Json, nullable=False),
    Column("done_at", UtcDateTime, nullable=False),
    Index("receipt_by_age", "client_id", "done_at"),
)
