-- The whole database of a desk, on one page. A fresh file gets exactly this;
-- files of earlier releases are brought here by store/migrations.
--
-- Conventions: STRICT tables; ids INTEGER PRIMARY KEY; times INTEGER
-- milliseconds UTC, columns ending in _at; flags 0/1; JSON as TEXT, read whole.
-- Columns that lists sort by are NOT NULL: "never" is 253402300799999.
-- Ranked words are small integers because they sit in many indexes; their
-- words live in package model. Foreign keys say what happens on delete.
-- No triggers: one hook in Go (Tx.touch) keeps what must follow a ticket.

-- People and doors ----------------------------------------------------------

-- Customers, staff and machines. Contacts and guests are people without a way
-- to sign in. Machines act for the desk, so every event has one actor_id.
CREATE TABLE people (
  id             INTEGER PRIMARY KEY,
  kind           TEXT NOT NULL CHECK (kind IN ('customer','light','agent','admin','machine')),
  name           TEXT NOT NULL DEFAULT '',
  locale         TEXT NOT NULL DEFAULT '',
  zone           TEXT NOT NULL DEFAULT '',
  theme          TEXT NOT NULL DEFAULT '',
  narrow         INTEGER NOT NULL DEFAULT 0,  -- sees only tickets of own departments
  loose          INTEGER NOT NULL DEFAULT 1,  -- a narrow person also sees tickets without a department
  external_id    TEXT,                        -- id in a host program
  machine_key    TEXT,
  created_at     INTEGER NOT NULL,
  seen_at        INTEGER,
  invited_at     INTEGER,
  deactivated_at INTEGER,
  version        INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX people_external ON people(external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX people_machine  ON people(machine_key) WHERE machine_key IS NOT NULL;
CREATE INDEX people_kind ON people(kind, id);

-- An address is a row, so that people can have several and be merged later.
CREATE TABLE person_emails (
  id          INTEGER PRIMARY KEY,
  person_id   INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  address     TEXT NOT NULL UNIQUE,           -- trimmed, lower case
  is_primary  INTEGER NOT NULL DEFAULT 0,
  verified_at INTEGER                         -- proved by a link or by the desk's command
) STRICT;
CREATE INDEX person_emails_person ON person_emails(person_id);
CREATE INDEX person_emails_domain ON person_emails(substr(address, instr(address, '@') + 1)); -- everybody of a company
CREATE UNIQUE INDEX person_emails_primary ON person_emails(person_id) WHERE is_primary = 1;

-- One row per member of the staff: small, drives "sort by assignee".
CREATE TABLE staff (
  person_id INTEGER PRIMARY KEY REFERENCES people(id) ON DELETE CASCADE,
  sort_name TEXT NOT NULL,
  signature TEXT NOT NULL DEFAULT '',         -- below replies, Markdown
  prefs     TEXT NOT NULL DEFAULT '{}',       -- JSON: how the person works (model.Prefs)
  capacity  INTEGER,                          -- most active tickets routing gives; NULL: the desk's
  away_at   INTEGER,                          -- since when; NULL: not away
  away_until INTEGER,                         -- NULL: until they say so
  away_to   INTEGER REFERENCES people(id) ON DELETE SET NULL, -- who gets their new work
  given_at  INTEGER                           -- when they were last given a ticket
) STRICT;
CREATE INDEX staff_name ON staff(sort_name, person_id);
CREATE INDEX staff_capacity ON staff(capacity) WHERE capacity IS NOT NULL; -- the widest of them
CREATE INDEX staff_away ON staff(away_until) WHERE away_until IS NOT NULL; -- back by the clock
CREATE INDEX staff_stand_in ON staff(away_to) WHERE away_to IS NOT NULL;

CREATE TABLE departments (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  sort_name   TEXT NOT NULL,
  slug        TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL DEFAULT '',
  routing     TEXT NOT NULL DEFAULT 'manual' CHECK (routing IN ('manual','round_robin','least_busy','skill')),
  present_only INTEGER NOT NULL DEFAULT 1,    -- routing gives work only to people who are at the desk
  rr_after    INTEGER,                        -- the person round robin gave work to last
  archived_at INTEGER,                        -- not offered any more; stays on tickets
  version     INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX departments_name ON departments(sort_name, id);

CREATE TABLE department_people (
  department_id INTEGER NOT NULL REFERENCES departments(id) ON DELETE CASCADE,
  person_id     INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  PRIMARY KEY (department_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX department_people_person ON department_people(person_id);

-- What people can do, and which tickets need it: those with one of its tags
-- and those in one of its departments.
CREATE TABLE skills (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  sort_name   TEXT NOT NULL,
  slug        TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL DEFAULT '',
  archived_at INTEGER,
  version     INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE person_skills (
  person_id   INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  skill_id    INTEGER NOT NULL REFERENCES skills(id) ON DELETE CASCADE,
  proficiency INTEGER NOT NULL DEFAULT 3 CHECK (proficiency BETWEEN 1 AND 5),
  PRIMARY KEY (person_id, skill_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_skills_skill ON person_skills(skill_id, person_id);
CREATE TABLE skill_tags (
  tag_id   INTEGER NOT NULL REFERENCES tags(id) ON DELETE CASCADE,
  skill_id INTEGER NOT NULL REFERENCES skills(id) ON DELETE CASCADE,
  PRIMARY KEY (tag_id, skill_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX skill_tags_skill ON skill_tags(skill_id);
CREATE TABLE skill_departments (
  department_id INTEGER NOT NULL REFERENCES departments(id) ON DELETE CASCADE,
  skill_id      INTEGER NOT NULL REFERENCES skills(id) ON DELETE CASCADE,
  PRIMARY KEY (department_id, skill_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX skill_departments_skill ON skill_departments(skill_id);
-- Tickets that routing gave to nobody, and why: what it tries again, and what
-- it does not say twice. Rows whose ticket moved on since are swept.
CREATE TABLE routing_waits (
  ticket_id     INTEGER PRIMARY KEY REFERENCES tickets(id) ON DELETE CASCADE,
  department_id INTEGER NOT NULL REFERENCES departments(id) ON DELETE CASCADE,
  why           TEXT NOT NULL,
  since         INTEGER NOT NULL
) STRICT;
CREATE INDEX routing_waits_department ON routing_waits(department_id, since, ticket_id);

CREATE TABLE credentials (
  id         INTEGER PRIMARY KEY,
  person_id  INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  kind       TEXT NOT NULL CHECK (kind IN ('password')),
  secret     TEXT NOT NULL,                   -- argon2id in PHC form
  changed_at INTEGER NOT NULL,
  UNIQUE (person_id, kind)
) STRICT;

-- A signed-in browser. The cookie holds 32 random bytes, the row their SHA-256.
CREATE TABLE sessions (
  id         INTEGER PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  person_id  INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,                -- moved at most once a minute
  expires_at INTEGER NOT NULL,                -- absolute
  keep       INTEGER NOT NULL DEFAULT 0,      -- "keep me signed in"
  ip         TEXT NOT NULL DEFAULT '',
  agent      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX sessions_person  ON sessions(person_id);
CREATE INDEX sessions_expires ON sessions(expires_at);

-- Links sent by mail and guest links. The secret is derived from nonce with
-- the desk's key, so a copy of this file opens nothing.
CREATE TABLE tokens (
  id         INTEGER PRIMARY KEY,
  purpose    TEXT NOT NULL CHECK (purpose IN ('sign_in','reset','invite','guest','setup','rate')),
  nonce      BLOB NOT NULL,
  hash       BLOB NOT NULL UNIQUE,            -- SHA-256 of the secret
  person_id  INTEGER REFERENCES people(id) ON DELETE CASCADE,
  ticket_id  INTEGER REFERENCES tickets(id) ON DELETE CASCADE,
  address    TEXT NOT NULL DEFAULT '',        -- sign-up: the address that becomes a person
  next       TEXT NOT NULL DEFAULT '',
  locale     TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX tokens_ticket  ON tokens(ticket_id, person_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX tokens_person  ON tokens(person_id) WHERE person_id IS NOT NULL;
CREATE INDEX tokens_expires ON tokens(expires_at);

-- Counts per key and window that must survive a restart.
CREATE TABLE throttles (
  key        TEXT NOT NULL,
  window_at  INTEGER NOT NULL,
  n          INTEGER NOT NULL,
  PRIMARY KEY (key, window_at)
) STRICT, WITHOUT ROWID;

-- What a form's op made, so that sending it twice makes it once.
CREATE TABLE operations (
  owner      TEXT NOT NULL,                   -- who sent it
  op         TEXT NOT NULL,
  verb       TEXT NOT NULL,
  ticket_id  INTEGER,
  result_id  INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (owner, op, verb)
) STRICT, WITHOUT ROWID;
CREATE INDEX operations_at ON operations(at);

-- Tickets -------------------------------------------------------------------

-- The first eight are the core states; others are an admin's own, each of
-- which means one core state to everything that reasons about tickets.
CREATE TABLE statuses (
  id             INTEGER PRIMARY KEY,
  key            TEXT NOT NULL UNIQUE,
  state          INTEGER NOT NULL CHECK (state BETWEEN 1 AND 8),
  position       INTEGER NOT NULL,
  label          TEXT NOT NULL DEFAULT '{}',  -- JSON by language; empty: the word of the key
  customer_label TEXT NOT NULL DEFAULT '{}',  -- JSON by language; empty: the customer's word of the state
  hue            TEXT NOT NULL DEFAULT '',    -- empty: that of the state
  archived_at    INTEGER,
  version        INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX statuses_position ON statuses(position, id);
-- Moves between statuses, once an admin narrowed them for a status. A status
-- without rows moves as its state does.
CREATE TABLE status_moves (
  from_id INTEGER NOT NULL REFERENCES statuses(id) ON DELETE CASCADE,
  to_id   INTEGER NOT NULL REFERENCES statuses(id) ON DELETE CASCADE,
  PRIMARY KEY (from_id, to_id)
) STRICT, WITHOUT ROWID;
INSERT INTO statuses (id, key, state, position) VALUES
  (1,'open',1,1),(2,'in_progress',2,2),(3,'waiting_on_customer',3,3),(4,'waiting_on_agent',4,4),
  (5,'escalated',5,5),(6,'reopened',6,6),(7,'resolved',7,7),(8,'closed',8,8);

CREATE TABLE tickets (
  id                INTEGER PRIMARY KEY,
  reference         TEXT NOT NULL,            -- ESC-1042: prefix and id
  subject           TEXT NOT NULL,
  subject_key       TEXT NOT NULL,            -- first 24 folded letters, for sorting
  status_id         INTEGER NOT NULL REFERENCES statuses(id) ON DELETE RESTRICT,
  state             INTEGER NOT NULL CHECK (state BETWEEN 1 AND 8),
  priority          INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 5),
  type              INTEGER NOT NULL CHECK (type BETWEEN 1 AND 4),
  channel           INTEGER NOT NULL,
  department_id     INTEGER REFERENCES departments(id) ON DELETE SET NULL,
  assignee_id       INTEGER REFERENCES people(id) ON DELETE RESTRICT,
  requester_id      INTEGER NOT NULL REFERENCES people(id) ON DELETE RESTRICT,
  contact_id        INTEGER REFERENCES people(id) ON DELETE RESTRICT, -- who really wrote, under a shared requester
  locale            TEXT NOT NULL DEFAULT '',
  first_message_id  INTEGER,
  last_message_id   INTEGER,
  last_public_id    INTEGER,
  last_public_by    INTEGER,
  message_count     INTEGER NOT NULL DEFAULT 0,
  public_count      INTEGER NOT NULL DEFAULT 0,
  file_count        INTEGER NOT NULL DEFAULT 0,
  preview           TEXT NOT NULL DEFAULT '', -- of the last public message, at most 120 characters
  created_at        INTEGER NOT NULL,
  updated_at        INTEGER NOT NULL,
  public_at         INTEGER NOT NULL,         -- moves only by what a customer may see
  customer_at       INTEGER NOT NULL,         -- last message of the customer's side
  waiting_since     INTEGER NOT NULL DEFAULT 253402300799999, -- first unanswered customer message
  sla_level         INTEGER NOT NULL DEFAULT 0, -- 0 none 1 running 2 at risk 3 overdue 4 paused
  sla_policy_id     INTEGER REFERENCES sla_policies(id) ON DELETE SET NULL,
  next_due_at       INTEGER NOT NULL DEFAULT 253402300799999, -- the nearest deadline of a running clock
  assigned_at       INTEGER,                  -- to whom it is assigned now
  first_response_at INTEGER,
  snoozed_until     INTEGER NOT NULL DEFAULT 0, -- never: until the customer writes
  snoozed_by        INTEGER REFERENCES people(id) ON DELETE RESTRICT,
  snooze_reason     TEXT NOT NULL DEFAULT '',
  resolved_at       INTEGER,
  closed_at         INTEGER,
  reopened_count    INTEGER NOT NULL DEFAULT 0,
  deleted_at        INTEGER,
  deleted_by        INTEGER REFERENCES people(id) ON DELETE RESTRICT,
  held_at           INTEGER,
  merged_into       INTEGER REFERENCES tickets(id) ON DELETE SET NULL,
  rating            INTEGER NOT NULL DEFAULT 0, -- 0 none, 1..5; copied from ratings for lists
  rating_due_at     INTEGER,                  -- resolved or closed then; the customer was not asked yet
  rating_asked_at   INTEGER,
  version           INTEGER NOT NULL DEFAULT 1,
  -- Every ticket lies in exactly one pile, and every list index leads with it:
  -- 1 active 2 asleep 3 resolved 4 closed 5 bin 6 held 7 merged away.
  pile INTEGER NOT NULL GENERATED ALWAYS AS (CASE WHEN deleted_at IS NOT NULL THEN 5 WHEN merged_into IS NOT NULL THEN 7
    WHEN held_at IS NOT NULL THEN 6 WHEN state = 7 THEN 3 WHEN state = 8 THEN 4 WHEN snoozed_until > 0 THEN 2 ELSE 1 END) STORED,
  listed INTEGER NOT NULL GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL AND merged_into IS NULL AND held_at IS NULL THEN 1 ELSE 0 END) STORED
) STRICT;
-- Sort indexes carry the filter columns behind the sort key: a filter is
-- tested inside the index and the table touched only for rows returned. Ties
-- end in id, never in updated_at, so that a reply moves few of them.
CREATE UNIQUE INDEX tickets_reference ON tickets(reference);
CREATE INDEX tickets_updated    ON tickets(pile, updated_at,  id, priority, status_id, department_id, assignee_id, type, channel, sla_level, requester_id);
CREATE INDEX tickets_created    ON tickets(pile, created_at,  id, priority, status_id, department_id, assignee_id, type, channel, sla_level, requester_id);
CREATE INDEX tickets_customer   ON tickets(pile, customer_at, id, priority, status_id, department_id, assignee_id, type, channel, sla_level, requester_id);
CREATE INDEX tickets_priority   ON tickets(pile, priority,    id, status_id, department_id, assignee_id, type, channel, sla_level, requester_id);
CREATE INDEX tickets_status     ON tickets(pile, status_id,   id, priority, department_id, assignee_id, type, channel, sla_level, requester_id);
CREATE INDEX tickets_subject    ON tickets(pile, subject_key, id, priority, status_id, department_id, assignee_id, type, channel, sla_level, requester_id);
CREATE INDEX tickets_assignee   ON tickets(assignee_id,   pile, id, priority, status_id, department_id, type, channel, sla_level, requester_id);
CREATE INDEX tickets_department ON tickets(department_id, pile, id, priority, status_id, assignee_id,   type, channel, sla_level, requester_id);
CREATE INDEX tickets_requester  ON tickets(requester_id, public_at, id, pile);
CREATE INDEX tickets_asker      ON tickets(requester_id, pile, id);            -- a requester's open ones among years of closed ones
CREATE INDEX tickets_contact    ON tickets(contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX tickets_listed     ON tickets(updated_at, id) WHERE listed = 1;   -- "any status", deep pages
CREATE INDEX tickets_resolved   ON tickets(resolved_at) WHERE pile = 3;        -- closing by the clock
CREATE INDEX tickets_open       ON tickets(id) WHERE pile <= 2;                -- small: which of the followed ones are open
CREATE INDEX tickets_bin        ON tickets(deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX tickets_waiting    ON tickets(pile, waiting_since, id, priority, status_id, department_id, assignee_id, type, channel, sla_level, requester_id) WHERE pile <= 2;
CREATE INDEX tickets_due        ON tickets(pile, next_due_at, id, priority, status_id, department_id, assignee_id, type, channel, sla_level, requester_id) WHERE pile <= 2;
CREATE INDEX tickets_asleep     ON tickets(snoozed_until) WHERE snoozed_until > 0; -- waking by the clock
CREATE INDEX tickets_merged     ON tickets(merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX tickets_solved     ON tickets(resolved_at, assignee_id, pile, department_id) WHERE resolved_at IS NOT NULL;
CREATE INDEX tickets_rated      ON tickets(rating, pile, id) WHERE rating > 0;
CREATE INDEX tickets_files      ON tickets(pile, id) WHERE file_count > 0;
CREATE INDEX tickets_ask        ON tickets(rating_due_at) WHERE rating_due_at IS NOT NULL;
CREATE INDEX tickets_asked      ON tickets(requester_id, rating_asked_at) WHERE rating_asked_at IS NOT NULL;

-- What was said. The description of a ticket is its first message.
CREATE TABLE messages (
  id          INTEGER PRIMARY KEY,
  ticket_id   INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  author_id   INTEGER NOT NULL REFERENCES people(id) ON DELETE RESTRICT,
  kind        INTEGER NOT NULL CHECK (kind IN (1,2,3,4)), -- reply, note, system, side conversation
  via         INTEGER NOT NULL,
  body        TEXT NOT NULL,                  -- plain text, or Markdown when markdown = 1
  markdown    INTEGER NOT NULL DEFAULT 0,
  html        TEXT NOT NULL DEFAULT '',       -- sanitised; only when it cannot be made from body
  html_policy INTEGER NOT NULL DEFAULT 0,     -- version of the sanitiser that made html
  mail_id     INTEGER REFERENCES mail_ledger(id) ON DELETE SET NULL,
  held_at     INTEGER,                        -- not shown to customers until an agent releases it
  deleted_at  INTEGER,
  pinned_at   INTEGER,
  pinned_by   INTEGER REFERENCES people(id) ON DELETE RESTRICT,
  side_id     INTEGER REFERENCES side_conversations(id) ON DELETE CASCADE,
  came_from   INTEGER REFERENCES tickets(id) ON DELETE SET NULL, -- the ticket it was merged or split out of
  created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_ticket ON messages(ticket_id, id, kind);
CREATE INDEX messages_pinned ON messages(ticket_id) WHERE pinned_at IS NOT NULL;
CREATE INDEX messages_side   ON messages(side_id, id) WHERE side_id IS NOT NULL;

-- To whom a message goes beside the requester, as it was written.
CREATE TABLE message_recipients (
  message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  role       TEXT NOT NULL CHECK (role IN ('to','cc','bcc')),
  address    TEXT NOT NULL,
  person_id  INTEGER REFERENCES people(id) ON DELETE SET NULL,
  PRIMARY KEY (message_id, role, address)
) STRICT, WITHOUT ROWID;

-- A talk with a third party about a ticket, by mail with an address of its
-- own. Its messages have kind 4; customers never see them.
CREATE TABLE side_conversations (
  id         INTEGER PRIMARY KEY,
  ticket_id  INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  subject    TEXT NOT NULL,
  person_id  INTEGER NOT NULL REFERENCES people(id) ON DELETE RESTRICT, -- with whom
  created_by INTEGER NOT NULL REFERENCES people(id) ON DELETE RESTRICT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  closed_at  INTEGER,
  version    INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX side_conversations_ticket ON side_conversations(ticket_id, id);
CREATE INDEX messages_mail ON messages(mail_id) WHERE mail_id IS NOT NULL;

-- Who else belongs to a ticket: 1 participant (on copy), 2 follower, 3 mentioned.
CREATE TABLE ticket_people (
  person_id INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  role      INTEGER NOT NULL CHECK (role IN (1,2,3)),
  ticket_id INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  PRIMARY KEY (person_id, role, ticket_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_people_ticket ON ticket_people(ticket_id, role, person_id);

CREATE TABLE tags (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  sort_name   TEXT NOT NULL,
  slug        TEXT NOT NULL UNIQUE,
  hue         TEXT NOT NULL DEFAULT 'grey',
  archived_at INTEGER,
  version     INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX tags_name ON tags(sort_name, id);

CREATE TABLE ticket_tags (
  ticket_id INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  tag_id    INTEGER NOT NULL REFERENCES tags(id) ON DELETE CASCADE,
  pile      INTEGER NOT NULL,                 -- copied from the ticket by the hook
  PRIMARY KEY (ticket_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_tags_tag ON ticket_tags(tag_id, pile, ticket_id);

CREATE TABLE ticket_links (
  a    INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE, -- the older ticket; of a parent or problem that one, of a duplicate the original
  b    INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('continued','related','duplicate','parent','problem','split','merged')),
  PRIMARY KEY (a, b, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_links_b ON ticket_links(b);

-- What in a host program a ticket is about.
CREATE TABLE ticket_subjects (
  id        INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  type      TEXT NOT NULL,
  object_id TEXT NOT NULL,
  role      TEXT NOT NULL DEFAULT '',
  position  INTEGER NOT NULL,
  UNIQUE (ticket_id, type, object_id)
) STRICT;
CREATE INDEX ticket_subjects_object ON ticket_subjects(type, object_id);

-- What a customer thought of the help.
CREATE TABLE ratings (
  ticket_id  INTEGER PRIMARY KEY REFERENCES tickets(id) ON DELETE CASCADE,
  score      INTEGER NOT NULL CHECK (score BETWEEN 1 AND 5),
  comment    TEXT NOT NULL DEFAULT '',
  person_id  INTEGER REFERENCES people(id) ON DELETE SET NULL,
  at         INTEGER NOT NULL,
  changed_at INTEGER
) STRICT;
CREATE INDEX ratings_at ON ratings(at);

-- Fields that an admin adds to tickets or people, and their values. A value
-- of a list with several choices is one row a choice, told apart by option.
CREATE TABLE field_defs (
  id          INTEGER PRIMARY KEY,
  entity      TEXT NOT NULL CHECK (entity IN ('ticket','person')),
  key         TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('text','textarea','select','multi_select','checkbox','date','number')),
  label       TEXT NOT NULL DEFAULT '{}',     -- JSON by language
  help        TEXT NOT NULL DEFAULT '{}',     -- JSON by language
  options     TEXT NOT NULL DEFAULT '[]',     -- JSON [{key, label by language, archived}]
  required_on TEXT NOT NULL DEFAULT '' CHECK (required_on IN ('','create','resolve')),
  audience    TEXT NOT NULL DEFAULT 'staff' CHECK (audience IN ('staff','shown','asked')), -- customers: never, read it, are asked for it
  conditions  TEXT NOT NULL DEFAULT '[]',     -- JSON: shown only when all hold
  position    INTEGER NOT NULL,
  archived_at INTEGER,
  version     INTEGER NOT NULL DEFAULT 1,
  UNIQUE (entity, key)
) STRICT;
CREATE TABLE field_values (
  entity    TEXT NOT NULL,
  entity_id INTEGER NOT NULL,
  field_id  INTEGER NOT NULL REFERENCES field_defs(id) ON DELETE CASCADE,
  option    TEXT NOT NULL DEFAULT '',         -- several choices: the chosen one
  num       REAL,                             -- numbers; dates as days since 1970; checkboxes 0 or 1
  text      TEXT,
  PRIMARY KEY (entity, entity_id, field_id, option)
) STRICT, WITHOUT ROWID;
CREATE INDEX field_values_num  ON field_values(field_id, num, entity_id) WHERE num IS NOT NULL;
CREATE INDEX field_values_text ON field_values(field_id, text, entity_id) WHERE text IS NOT NULL;

-- Text that is not said yet: as it is typed, waiting out the time in which
-- sending can be undone, or meant for later. A message exists once it is said.
CREATE TABLE drafts (
  id         INTEGER PRIMARY KEY,
  person_id  INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  ticket_id  INTEGER REFERENCES tickets(id) ON DELETE CASCADE, -- NULL: a new ticket
  tab        TEXT NOT NULL,                   -- reply, note, new, forward, side:ID
  body       TEXT NOT NULL,
  fields     TEXT NOT NULL DEFAULT '{}',      -- JSON: recipients, status, where to go after
  slot       TEXT NOT NULL DEFAULT '',        -- of its files
  seen_id    INTEGER,                         -- the newest message its writer had seen
  op         TEXT NOT NULL DEFAULT '',
  send_at    INTEGER,                         -- NULL while it is written
  held_at    INTEGER,                         -- not sent after all: something newer came first
  held_why   TEXT NOT NULL DEFAULT '',
  updated_at INTEGER NOT NULL,
  version    INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX drafts_open ON drafts(person_id, coalesce(ticket_id, 0), tab) WHERE send_at IS NULL AND held_at IS NULL;
CREATE INDEX drafts_due    ON drafts(send_at) WHERE send_at IS NOT NULL AND held_at IS NULL;
CREATE INDEX drafts_ticket ON drafts(ticket_id) WHERE ticket_id IS NOT NULL;

-- The newest message a person has seen of a ticket.
CREATE TABLE ticket_reads (
  person_id  INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  ticket_id  INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  message_id INTEGER NOT NULL,
  PRIMARY KEY (person_id, ticket_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_reads_ticket ON ticket_reads(ticket_id);

-- Content of files by hash; the bytes are at files/aa/bb/… . A row is written
-- after the file and its folder are on disk.
CREATE TABLE blobs (
  id        INTEGER PRIMARY KEY,
  sha256    BLOB NOT NULL UNIQUE,
  size      INTEGER NOT NULL,
  mime      TEXT NOT NULL,                    -- sniffed
  stored_at INTEGER NOT NULL
) STRICT;

-- A file of a message, or one waiting in a draft slot of its uploader.
CREATE TABLE attachments (
  id         INTEGER PRIMARY KEY,
  blob_id    INTEGER NOT NULL REFERENCES blobs(id) ON DELETE RESTRICT,
  message_id INTEGER REFERENCES messages(id) ON DELETE CASCADE,
  owner      TEXT,                            -- draft: who uploaded it
  slot       TEXT,                            -- draft: for which form
  filename   TEXT NOT NULL,
  content_id TEXT NOT NULL DEFAULT '',
  is_inline  INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachments_message ON attachments(message_id) WHERE message_id IS NOT NULL;
CREATE INDEX attachments_draft   ON attachments(owner, slot) WHERE owner IS NOT NULL;
CREATE INDEX attachments_blob    ON attachments(blob_id);

-- The record and the work it makes -------------------------------------------

-- History, audit log and outbox in one. Ids commit in order: one writer.
CREATE TABLE events (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  at             INTEGER NOT NULL,
  kind           TEXT NOT NULL,
  ticket_id      INTEGER REFERENCES tickets(id) ON DELETE CASCADE,
  subject_kind   TEXT,                        -- what an event without a ticket is about
  subject_id     INTEGER,
  actor_id       INTEGER NOT NULL REFERENCES people(id) ON DELETE RESTRICT,
  via            INTEGER NOT NULL,
  is_public      INTEGER NOT NULL,
  action_id      TEXT NOT NULL,               -- shared by the facts of one action
  ticket_version INTEGER,                     -- the ticket's version after the fact
  depth          INTEGER NOT NULL DEFAULT 0,  -- 0 by people; what a rule did because of a fact is one deeper
  data           TEXT NOT NULL
) STRICT;
CREATE INDEX events_ticket ON events(ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX events_audit  ON events(subject_kind, subject_id, id) WHERE subject_kind IS NOT NULL;

-- What one action changed, so that it can be taken back: per changed row the
-- changed columns before and after. before NULL: the row was new; after NULL:
-- it went. Kept for 30 days.
CREATE TABLE change_sets (
  id         INTEGER PRIMARY KEY,
  action_id  TEXT NOT NULL UNIQUE,            -- also on the events of the action
  actor_id   INTEGER NOT NULL REFERENCES people(id) ON DELETE RESTRICT,
  kind       TEXT NOT NULL,                   -- the verb, member of the text family undo
  label      TEXT NOT NULL DEFAULT '',        -- what it was done to: a reference, a name
  at         INTEGER NOT NULL,
  rows       INTEGER NOT NULL,
  undone_at  INTEGER,
  undone_by  INTEGER REFERENCES people(id) ON DELETE RESTRICT,
  conflicts  TEXT NOT NULL DEFAULT '[]'       -- JSON [{ticket, field}]: what the undoing left alone
) STRICT;
CREATE INDEX change_sets_actor ON change_sets(actor_id, id);
CREATE INDEX change_sets_at    ON change_sets(at);
CREATE TABLE change_rows (
  set_id    INTEGER NOT NULL REFERENCES change_sets(id) ON DELETE CASCADE,
  seq       INTEGER NOT NULL,
  tbl       TEXT NOT NULL,
  key       TEXT NOT NULL,                    -- JSON array
  ticket_id INTEGER,                          -- the ticket it belongs to
  before    TEXT,                             -- JSON object
  after     TEXT,
  PRIMARY KEY (set_id, seq)
) STRICT, WITHOUT ROWID;

-- How far each outlet has read the events.
CREATE TABLE outlets (
  name          TEXT PRIMARY KEY,
  last_event_id INTEGER NOT NULL DEFAULT 0,
  failed_id     INTEGER NOT NULL DEFAULT 0,
  failures      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Events an outlet gave up on; shown to admins.
CREATE TABLE parked_events (
  outlet   TEXT NOT NULL,
  event_id INTEGER NOT NULL,
  error    TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (outlet, event_id)
) STRICT, WITHOUT ROWID;

-- The durable queue of outgoing mail. UNIQUE makes routing idempotent.
CREATE TABLE outgoing_mail (
  id           INTEGER PRIMARY KEY,
  event_id     INTEGER NOT NULL,
  ticket_id    INTEGER REFERENCES tickets(id) ON DELETE CASCADE,
  message_id   INTEGER REFERENCES messages(id) ON DELETE SET NULL,
  person_id    INTEGER REFERENCES people(id) ON DELETE SET NULL,
  token_id     INTEGER REFERENCES tokens(id) ON DELETE SET NULL, -- its link's secret is filled in when the mail leaves
  address      TEXT NOT NULL,
  kind         TEXT NOT NULL,
  subject      TEXT NOT NULL DEFAULT '',
  message_ref  TEXT NOT NULL DEFAULT '',      -- our Message-ID
  raw          BLOB,                          -- composed bytes, the link's secret left out
  state        TEXT NOT NULL CHECK (state IN ('queued','sent','failed','kept')),
  attempts     INTEGER NOT NULL DEFAULT 0,
  created_at   INTEGER NOT NULL,
  next_at      INTEGER,                       -- when to try; NULL when done
  leased_until INTEGER,
  last_error   TEXT NOT NULL DEFAULT '',
  sent_at      INTEGER,
  UNIQUE (event_id, address, kind)
) STRICT;
CREATE INDEX outgoing_mail_due     ON outgoing_mail(next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outgoing_mail_message ON outgoing_mail(message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outgoing_mail_state   ON outgoing_mail(state, id);
CREATE INDEX outgoing_mail_ticket  ON outgoing_mail(ticket_id, id) WHERE ticket_id IS NOT NULL;

-- Of an action on several tickets, what each person is told in one mail. The
-- rows go when it is written; a change that runs in parts is ready at its end.
CREATE TABLE mail_several (
  action_id TEXT NOT NULL,
  person_id INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  kind      TEXT NOT NULL,
  word      TEXT NOT NULL DEFAULT '',         -- the new status
  ticket_id INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  event_id  INTEGER NOT NULL,
  ready     INTEGER NOT NULL,
  PRIMARY KEY (action_id, person_id, kind, word, ticket_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_several_ready ON mail_several(action_id, person_id, kind, word) WHERE ready = 1;

-- What people are to be told by mail a little later: facts that come close
-- together, in hours of quiet, or for a digest. The rows go when the mail is
-- written; which mail it is, is looked at anew then.
CREATE TABLE mail_waiting (
  person_id   INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  ticket_id   INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  first_event INTEGER NOT NULL,               -- of the action
  last_event  INTEGER NOT NULL,
  action_id   TEXT NOT NULL,
  digest      INTEGER NOT NULL DEFAULT 0,     -- in one mail with those of other tickets
  due_at      INTEGER NOT NULL,
  PRIMARY KEY (person_id, ticket_id, first_event)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_waiting_due    ON mail_waiting(due_at);
CREATE INDEX mail_waiting_ticket ON mail_waiting(ticket_id);
-- The messages that a mail tells beside the one in its row.
CREATE TABLE mail_tells (
  mail_id    INTEGER NOT NULL REFERENCES outgoing_mail(id) ON DELETE CASCADE,
  message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  PRIMARY KEY (message_id, mail_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_tells_mail ON mail_tells(mail_id);

-- Every mail that arrived. Inserted and committed before it is interpreted;
-- the raw bytes are at mail/aa/bb/… , compressed, named by hash.
CREATE TABLE mail_ledger (
  id          INTEGER PRIMARY KEY,
  door        TEXT NOT NULL,                  -- pipe, import
  sha256      BLOB NOT NULL,
  size        INTEGER NOT NULL,
  header_id   TEXT NOT NULL DEFAULT '',       -- Message-ID
  from_addr   TEXT NOT NULL DEFAULT '',
  from_name   TEXT NOT NULL DEFAULT '',
  subject     TEXT NOT NULL DEFAULT '',
  disposition TEXT NOT NULL CHECK (disposition IN ('received','ticket','reply','held','duplicate','ignored','quarantined','dropped')),
  reason      TEXT NOT NULL DEFAULT '',       -- a word of the text family inbound_reason
  detail      TEXT NOT NULL DEFAULT '',
  ticket_id   INTEGER REFERENCES tickets(id) ON DELETE SET NULL,
  message_id  INTEGER REFERENCES messages(id) ON DELETE SET NULL,
  automatic   INTEGER NOT NULL DEFAULT 0,
  live        INTEGER NOT NULL DEFAULT 1,     -- 0: import, nobody is told
  attempts    INTEGER NOT NULL DEFAULT 0,
  received_at INTEGER NOT NULL,
  done_at     INTEGER
) STRICT;
CREATE INDEX mail_ledger_sha         ON mail_ledger(sha256);
CREATE INDEX mail_ledger_disposition ON mail_ledger(disposition, id);
CREATE INDEX mail_ledger_ticket      ON mail_ledger(ticket_id) WHERE ticket_id IS NOT NULL;

-- Message-IDs, ours and theirs: one lookup threads a mail.
CREATE TABLE mail_refs (
  ref        TEXT PRIMARY KEY,                -- without brackets
  ticket_id  INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  message_id INTEGER,
  person_id  INTEGER,                         -- who sent or got it
  ours       INTEGER NOT NULL,
  at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_refs_ticket ON mail_refs(ticket_id, person_id, at);

-- Time and rules --------------------------------------------------------------

-- Business hours. What a calendar says is in its versions, which never change:
-- a deadline can be explained, and counted again, as it was counted.
CREATE TABLE calendars (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  version_id  INTEGER NOT NULL,               -- the newest of calendar_versions
  is_default  INTEGER NOT NULL DEFAULT 0,
  from_config INTEGER NOT NULL DEFAULT 0,     -- follows sla.business_hours until somebody edits it
  archived_at INTEGER,
  version     INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX calendars_default ON calendars(is_default) WHERE is_default = 1;
CREATE TABLE calendar_versions (
  id          INTEGER PRIMARY KEY,
  calendar_id INTEGER NOT NULL REFERENCES calendars(id) ON DELETE CASCADE,
  body        TEXT NOT NULL,                  -- JSON: zone, hours by weekday, holidays (model.Calendar)
  at          INTEGER NOT NULL
) STRICT;
CREATE INDEX calendar_versions_calendar ON calendar_versions(calendar_id, id);

-- Promises. The first whose conditions a ticket meets holds for it, else the default.
CREATE TABLE sla_policies (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  position    INTEGER NOT NULL,
  conditions  TEXT NOT NULL DEFAULT '[]',     -- JSON, as those of rules
  calendar_id INTEGER REFERENCES calendars(id) ON DELETE RESTRICT, -- NULL: around the clock
  pauses      TEXT NOT NULL DEFAULT '[]',     -- JSON: keys of statuses, and "snoozed"
  targets     TEXT NOT NULL DEFAULT '{}',     -- JSON: priority, target, span as typed
  warn        TEXT NOT NULL DEFAULT '75%',    -- share of the target used, or time before its end
  is_default  INTEGER NOT NULL DEFAULT 0,
  since       INTEGER NOT NULL DEFAULT 0,     -- tickets opened before are left alone
  disabled_at INTEGER,
  deleted_at  INTEGER,
  version     INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX sla_policies_default ON sla_policies(is_default) WHERE is_default = 1;

-- A promise to one ticket. It counts while running_since is set; spans are the
-- pieces counted before, so that used time survives every change.
CREATE TABLE sla_clocks (
  id             INTEGER PRIMARY KEY,
  ticket_id      INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  target         INTEGER NOT NULL CHECK (target IN (1,2,3)), -- first response, next response, resolution
  policy_id      INTEGER REFERENCES sla_policies(id) ON DELETE SET NULL,
  policy_version INTEGER NOT NULL,
  calendar_version INTEGER,                   -- of the running piece; NULL: around the clock
  started_at     INTEGER NOT NULL,
  target_ms      INTEGER NOT NULL,
  used_ms        INTEGER NOT NULL DEFAULT 0,  -- in spans
  running_since  INTEGER,                     -- NULL: paused or over
  paused_why     TEXT NOT NULL DEFAULT '',
  spans          TEXT NOT NULL DEFAULT '[]',  -- JSON: from, to, counted, calendar version, why it ended
  due_at         INTEGER,
  warn_at        INTEGER,
  warned_at      INTEGER,
  breached_at    INTEGER,
  met_at         INTEGER,
  ended_at       INTEGER,                     -- over: met, or not asked for any more
  next_at        INTEGER                      -- the nearer of warn and due that is still to be told
) STRICT;
CREATE INDEX sla_clocks_ticket ON sla_clocks(ticket_id, target, id);
CREATE INDEX sla_clocks_next   ON sla_clocks(next_at) WHERE next_at IS NOT NULL;
CREATE INDEX sla_clocks_policy ON sla_clocks(policy_id, ticket_id) WHERE ended_at IS NULL;

-- Clocks that must be set anew because their policy or calendar changed, taken
-- up in parts.
CREATE TABLE sla_refreshes (
  id          INTEGER PRIMARY KEY,
  policy_id   INTEGER REFERENCES sla_policies(id) ON DELETE CASCADE,
  calendar_id INTEGER REFERENCES calendars(id) ON DELETE CASCADE,
  everything  INTEGER NOT NULL DEFAULT 0,     -- all open tickets choose their policy anew
  after_id    INTEGER NOT NULL DEFAULT 0      -- the last ticket that is done
) STRICT;

-- If this happens and that holds, do those.
CREATE TABLE rules (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  trigger     TEXT NOT NULL,                  -- an event's word, or time
  conditions  TEXT NOT NULL DEFAULT '[]',     -- JSON [{field, op, words} or {any: [...]}]
  actions     TEXT NOT NULL,                  -- JSON [{type, value, ...}]
  position    INTEGER NOT NULL,
  active_at   INTEGER,                        -- NULL: switched off
  log_only    INTEGER NOT NULL DEFAULT 0,     -- matches are logged, nothing is done
  again_after TEXT NOT NULL DEFAULT '',       -- time rules: fires for a ticket again after this span; empty: once
  deleted_at  INTEGER,
  version     INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX rules_position ON rules(position, id);
-- For each ticket and cause once. The cause is an event, or what a time rule
-- waits for, such as when the customer began to wait.
CREATE TABLE rule_firings (
  rule_id   INTEGER NOT NULL REFERENCES rules(id) ON DELETE CASCADE,
  ticket_id INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
  cause     TEXT NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (rule_id, ticket_id, cause)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_firings_ticket ON rule_firings(ticket_id);
-- Work, delayed step and log in one.
CREATE TABLE rule_runs (
  id           INTEGER PRIMARY KEY,
  rule_id      INTEGER NOT NULL REFERENCES rules(id) ON DELETE CASCADE,
  rule_version INTEGER NOT NULL,
  ticket_id    INTEGER REFERENCES tickets(id) ON DELETE CASCADE,
  event_id     INTEGER,                       -- what set it off; NULL: the clock
  cause        TEXT NOT NULL DEFAULT '',
  depth        INTEGER NOT NULL DEFAULT 0,
  state        TEXT NOT NULL CHECK (state IN ('due','waiting','done','skipped','stopped','failed')),
  step         INTEGER NOT NULL DEFAULT 0,    -- the action that is next
  next_at      INTEGER,                       -- when to go on; NULL: over
  why          TEXT NOT NULL DEFAULT '[]',    -- JSON: each condition with the value it met
  results      TEXT NOT NULL DEFAULT '[]',    -- JSON: what became of each action
  error        TEXT NOT NULL DEFAULT '',
  at           INTEGER NOT NULL,
  ended_at     INTEGER,
  us           INTEGER NOT NULL DEFAULT 0     -- microseconds it took
) STRICT;
CREATE INDEX rule_runs_due    ON rule_runs(next_at) WHERE next_at IS NOT NULL;
CREATE INDEX rule_runs_rule   ON rule_runs(rule_id, id);
CREATE INDEX rule_runs_state  ON rule_runs(state, id);
CREATE INDEX rule_runs_ticket ON rule_runs(ticket_id, at) WHERE ticket_id IS NOT NULL;

-- Requests to other people's servers: from rules, and of notifications. Each
-- address has a queue of its own, so that a dead one delays nobody.
CREATE TABLE webhook_deliveries (
  id           INTEGER PRIMARY KEY,
  event_id     INTEGER,
  rule_run_id  INTEGER,
  ticket_id    INTEGER REFERENCES tickets(id) ON DELETE CASCADE,
  name         TEXT NOT NULL,                 -- of the event, as the other side reads it
  url          TEXT NOT NULL,
  host         TEXT NOT NULL DEFAULT '',      -- of the URL: each has a queue of its own
  body         TEXT NOT NULL,                 -- JSON
  state        TEXT NOT NULL CHECK (state IN ('queued','sent','failed')),
  attempts     INTEGER NOT NULL DEFAULT 0,
  created_at   INTEGER NOT NULL,
  next_at      INTEGER,
  leased_until INTEGER,
  code         INTEGER NOT NULL DEFAULT 0,    -- of the last answer
  answer       TEXT NOT NULL DEFAULT '',      -- its beginning, or the error
  ms           INTEGER NOT NULL DEFAULT 0,
  sent_at      INTEGER
) STRICT;
CREATE INDEX webhook_deliveries_due    ON webhook_deliveries(host, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_deliveries_state  ON webhook_deliveries(state, id);
CREATE INDEX webhook_deliveries_ticket ON webhook_deliveries(ticket_id) WHERE ticket_id IS NOT NULL;

-- What runs by the clock. The lease keeps a command beside the server from
-- doing the same at the same time.
CREATE TABLE jobs (
  name         TEXT PRIMARY KEY,
  every        INTEGER NOT NULL DEFAULT 0,    -- ms; 0: by commands only
  last_at      INTEGER,
  ms           INTEGER NOT NULL DEFAULT 0,
  figures      TEXT NOT NULL DEFAULT '{}',    -- JSON: what it did, in numbers
  error        TEXT NOT NULL DEFAULT '',
  failures     INTEGER NOT NULL DEFAULT 0,    -- in a row
  next_at      INTEGER,
  asked_at     INTEGER,                       -- an admin wants it now
  asked_by     TEXT NOT NULL DEFAULT '',
  leased_by    TEXT NOT NULL DEFAULT '',
  leased_until INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE job_runs (
  id      INTEGER PRIMARY KEY,
  name    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  ms      INTEGER NOT NULL,
  figures TEXT NOT NULL DEFAULT '{}',
  error   TEXT NOT NULL DEFAULT '',
  by      TEXT NOT NULL DEFAULT ''            -- clock, command, or the admin's name
) STRICT;
CREATE INDEX job_runs_name ON job_runs(name, id);

-- What helps agents ------------------------------------------------------------

-- Lists that people keep: a readable query string with a name. System lists
-- are written in code and have negative ids.
CREATE TABLE views (
  id            INTEGER PRIMARY KEY,
  owner_id      INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  scope         TEXT NOT NULL CHECK (scope IN ('mine','people','department','all')),
  department_id INTEGER REFERENCES departments(id) ON DELETE CASCADE,
  name          TEXT NOT NULL,
  query         TEXT NOT NULL,                -- canonical, as in the list's URL
  columns       TEXT NOT NULL DEFAULT '[]',   -- JSON; empty: the person's
  icon          TEXT NOT NULL DEFAULT '',
  hue           TEXT NOT NULL DEFAULT 'grey',
  position      INTEGER NOT NULL DEFAULT 0,
  deleted_at    INTEGER,                      -- kept for undoing
  version       INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX views_owner ON views(owner_id);
CREATE TABLE view_people (                    -- scope people: with whom it is shared
  view_id   INTEGER NOT NULL REFERENCES views(id) ON DELETE CASCADE,
  person_id INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  PRIMARY KEY (view_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE view_places (                    -- a person's own order; system views too
  person_id  INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  view_id    INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  hidden     INTEGER NOT NULL DEFAULT 0,
  is_default INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (person_id, view_id)
) STRICT, WITHOUT ROWID;
-- How many tickets each view has, kept by the hook. Person 0: of a view
-- without "me"; otherwise the one "me" stands for. Department 0: none.
CREATE TABLE view_counts (
  view_id       INTEGER NOT NULL,
  person_id     INTEGER NOT NULL,
  department_id INTEGER NOT NULL,
  n             INTEGER NOT NULL,
  PRIMARY KEY (view_id, person_id, department_id)
) STRICT, WITHOUT ROWID;

-- Several changes to a ticket under one name.
CREATE TABLE macros (
  id            INTEGER PRIMARY KEY,
  owner_id      INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  scope         TEXT NOT NULL CHECK (scope IN ('mine','department','all')),
  department_id INTEGER REFERENCES departments(id) ON DELETE CASCADE,
  name          TEXT NOT NULL,
  description   TEXT NOT NULL DEFAULT '',
  actions       TEXT NOT NULL,                -- JSON [{type, value}]
  sends         INTEGER NOT NULL DEFAULT 0,   -- replies go out at once, not into the composer
  position      INTEGER NOT NULL DEFAULT 0,
  uses          INTEGER NOT NULL DEFAULT 0,
  deleted_at    INTEGER,
  version       INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX macros_owner ON macros(owner_id);

-- Texts for answers that come again and again.
CREATE TABLE canned (
  id            INTEGER PRIMARY KEY,
  owner_id      INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  scope         TEXT NOT NULL CHECK (scope IN ('mine','department','all')),
  department_id INTEGER REFERENCES departments(id) ON DELETE CASCADE,
  title         TEXT NOT NULL,
  category      TEXT NOT NULL DEFAULT '',
  bodies        TEXT NOT NULL,                -- JSON: Markdown by language, "" for any
  uses          INTEGER NOT NULL DEFAULT 0,
  used_at       INTEGER,
  deleted_at    INTEGER,
  version       INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX canned_owner ON canned(owner_id);

-- What a person is told about in the workspace, and how they want to be told.
CREATE TABLE notifications (
  id        INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  event_id  INTEGER NOT NULL,
  ticket_id INTEGER REFERENCES tickets(id) ON DELETE CASCADE,
  topic     TEXT NOT NULL,                    -- member of the text family notice
  why       TEXT NOT NULL DEFAULT '',         -- member of the text family notice_why
  n         INTEGER NOT NULL DEFAULT 1,       -- tickets it is about
  at        INTEGER NOT NULL,
  read_at   INTEGER,
  UNIQUE (person_id, event_id, topic)
) STRICT;
CREATE INDEX notifications_person ON notifications(person_id, id);
CREATE INDEX notifications_unread ON notifications(person_id, id) WHERE read_at IS NULL;
CREATE INDEX notifications_ticket ON notifications(ticket_id) WHERE ticket_id IS NOT NULL;
CREATE TABLE notification_prefs (
  person_id INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  topic     TEXT NOT NULL,
  channel   TEXT NOT NULL CHECK (channel IN ('app','mail','browser')),
  wanted    INTEGER NOT NULL,
  PRIMARY KEY (person_id, topic, channel)
) STRICT, WITHOUT ROWID;
-- What the desk tells whom and how, where an admin chose other than the
-- built-in way. People choose within it.
CREATE TABLE notification_rules (
  topic    TEXT NOT NULL,
  audience TEXT NOT NULL,
  channel  TEXT NOT NULL,
  wanted   INTEGER NOT NULL,
  PRIMARY KEY (topic, audience, channel)
) STRICT, WITHOUT ROWID;

-- Words of mails that an admin wrote anew, by language; "" is for all.
CREATE TABLE mail_texts (
  kind    TEXT NOT NULL,
  locale  TEXT NOT NULL,
  subject TEXT NOT NULL DEFAULT '',
  body    TEXT NOT NULL DEFAULT '',           -- Markdown with placeholders
  at      INTEGER NOT NULL,
  by      INTEGER REFERENCES people(id) ON DELETE SET NULL,
  version INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (kind, locale)
) STRICT, WITHOUT ROWID;

-- Changes of many tickets that run beside the request.
CREATE TABLE bulk_jobs (
  id         INTEGER PRIMARY KEY,
  person_id  INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  action     TEXT NOT NULL,                   -- JSON
  query      TEXT NOT NULL DEFAULT '',        -- the list it was asked for, when it is a whole list
  tickets    TEXT NOT NULL DEFAULT '[]',      -- JSON: the ids
  total      INTEGER NOT NULL,
  done       INTEGER NOT NULL DEFAULT 0,
  changed    INTEGER NOT NULL DEFAULT 0,
  same       INTEGER NOT NULL DEFAULT 0,      -- were so already
  skipped    TEXT NOT NULL DEFAULT '[]',      -- JSON [{reason, n, tickets: [{id, reference}]}]
  action_id  TEXT NOT NULL,                   -- of its events and its change set
  state      TEXT NOT NULL CHECK (state IN ('waiting','running','done','failed')),
  error      TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  ended_at   INTEGER
) STRICT;
CREATE INDEX bulk_jobs_open   ON bulk_jobs(id) WHERE state IN ('waiting','running');
CREATE INDEX bulk_jobs_person ON bulk_jobs(person_id, id);
CREATE UNIQUE INDEX bulk_jobs_action ON bulk_jobs(action_id);

-- The rest -------------------------------------------------------------------

CREATE TABLE settings (
  key     TEXT PRIMARY KEY,
  value   TEXT NOT NULL,
  at      INTEGER NOT NULL,
  by      INTEGER REFERENCES people(id) ON DELETE SET NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters (name, n) VALUES ('ticket', 0);

-- Totals for unfiltered lists, kept by the hook. Department 0 is none.
CREATE TABLE pile_counts (
  department_id INTEGER NOT NULL,
  pile          INTEGER NOT NULL,
  n             INTEGER NOT NULL,
  PRIMARY KEY (department_id, pile)
) STRICT, WITHOUT ROWID;

-- Full text: one row a message (rowid = message id), fed from the events by an
-- outlet. The opening message's row carries the subject. notes is a column
-- that only staff queries name. facets holds tokens such as r12 (requester),
-- d3 (department).
CREATE VIRTUAL TABLE search USING fts5(
  subject, body, notes, facets,
  content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');

-- Names and addresses; rowid = person id.
CREATE VIRTUAL TABLE people_search USING fts5(
  name, email,
  content='', contentless_delete=1, prefix='2 3', tokenize='unicode61 remove_diacritics 2');
