-- breaks older servers: yes
--
-- Facts: traces, spans, log_records, messages. Derived: built_sessions, turns, session_links. Opinions: judgements.
-- Every row belongs to a project: through `project_id`, or through a trace or session whose key begins with it.
-- Rows point at each other by small integers (*_no), because random 16-byte keys in an index of every span are what makes
-- ingest slow down as the file grows. Times: *_us are microseconds, *_ms milliseconds since 1970.

CREATE TABLE traces (
  trace_no INTEGER PRIMARY KEY,
  project_id TEXT NOT NULL,
  trace_id BLOB NOT NULL, -- 16 bytes
  UNIQUE (project_id, trace_id)
);

-- What many spans share, stored once by content. `digest` is SHA-256 over schema URL and body.
CREATE TABLE resources (
  resource_no INTEGER PRIMARY KEY,
  project_id TEXT NOT NULL,
  digest BLOB NOT NULL,
  schema_url TEXT NOT NULL,
  body BLOB NOT NULL, -- OTLP Resource
  UNIQUE (project_id, digest)
);

CREATE TABLE scopes (
  scope_no INTEGER PRIMARY KEY,
  project_id TEXT NOT NULL,
  digest BLOB NOT NULL,
  schema_url TEXT NOT NULL,
  body BLOB NOT NULL, -- OTLP InstrumentationScope
  UNIQUE (project_id, digest)
);

CREATE TABLE spans (
  span_no INTEGER PRIMARY KEY,
  trace_no INTEGER NOT NULL,
  span_id INTEGER NOT NULL, -- the 8 bytes as a signed number
  resource_no INTEGER NOT NULL,
  scope_no INTEGER NOT NULL,
  base_no INTEGER, -- the span that `payload` is a delta against, see delta.ts
  checksum INTEGER NOT NULL, -- see payload-checksum.ts
  payload BLOB NOT NULL, -- OTLP Span, or a delta
  UNIQUE (trace_no, span_id)
);
CREATE INDEX spans_by_base ON spans (base_no) WHERE base_no IS NOT NULL;

-- A record's identity is all its fields: `digest` over resource, scope and body; `ordinal` counts equal ones in one request.
CREATE TABLE log_records (
  log_record_no INTEGER PRIMARY KEY,
  trace_no INTEGER NOT NULL,
  digest BLOB NOT NULL,
  ordinal INTEGER NOT NULL,
  resource_no INTEGER NOT NULL,
  scope_no INTEGER NOT NULL,
  payload BLOB NOT NULL, -- OTLP LogRecord
  UNIQUE (trace_no, digest, ordinal)
);

-- The session, and at the same time its place in the judge pipeline's queue.
CREATE TABLE sessions (
  session_no INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: readers remember how far they are
  project_id TEXT NOT NULL,
  session_id TEXT NOT NULL, -- 32 hex digits
  source TEXT NOT NULL,
  named INTEGER NOT NULL, -- 1: a sender named the conversation; 0: held together by its trace or its messages only
  conversation_id TEXT, -- the name, or what the builder found in a session without one
  status TEXT NOT NULL,
  error TEXT,
  metadata TEXT NOT NULL DEFAULT '{}',
  instructions TEXT,
  evaluate_safety INTEGER NOT NULL DEFAULT 0,
  tools TEXT NOT NULL DEFAULT '[]', -- as given with messages
  takes_messages INTEGER NOT NULL DEFAULT 0, -- 1: a stream that is not closed
  characters INTEGER NOT NULL DEFAULT 0, -- of its messages, counted where an account limits them
  tool_calls INTEGER NOT NULL DEFAULT 0,
  idempotency_key TEXT,
  request_digest TEXT, -- of what was asked for under that key
  created_ms INTEGER NOT NULL,
  start_us INTEGER NOT NULL, -- earliest span start
  last_activity_ms INTEGER NOT NULL, -- when the last fact arrived

  -- Work to do: the session is waiting while it is changed (then it must go idle first) or has a due time.
  facts_version INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 1,
  changed_ms INTEGER NOT NULL DEFAULT 0, -- since when: one that never goes idle is taken all the same
  due_ms INTEGER,
  rebuild INTEGER NOT NULL DEFAULT 0, -- to be built again when nothing else waits; 1: it was meant, 2: all were, which can be cancelled
  backfill INTEGER NOT NULL DEFAULT 0, -- judges are to say, when nothing else waits: 1: what they have not said, 2: everything again
  backfill_by TEXT, -- the judge; NULL: all
  backfill_ms INTEGER NOT NULL DEFAULT 0, -- not before: a judge asked to wait
  requests INTEGER NOT NULL DEFAULT 0, -- counts what asks for judging: close, judge again, join
  rejudge INTEGER NOT NULL DEFAULT 0, -- 1: also what was judged; 2: so, and it waited for the judges anyway
  rejudge_by TEXT,
  -- The claim; the two numbers are the state that the worker took.
  lease TEXT,
  lease_expires_ms INTEGER,
  lease_facts_version INTEGER,
  lease_requests INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0, -- claims in a row after which nothing was saved

  -- What lists show and filter, kept by saveSession and by each judgement.
  revision INTEGER NOT NULL DEFAULT 0,
  digest TEXT NOT NULL DEFAULT '',
  listed INTEGER NOT NULL DEFAULT 1, -- 0: built, and without a single turn
  user_id TEXT,
  agent_name TEXT,
  models TEXT NOT NULL DEFAULT '[]',
  has_error INTEGER NOT NULL DEFAULT 0,
  total_turns INTEGER NOT NULL DEFAULT 0,
  helpful INTEGER NOT NULL DEFAULT 0,
  neutral INTEGER NOT NULL DEFAULT 0,
  harmful INTEGER NOT NULL DEFAULT 0,
  trajectory_score INTEGER,
  judging TEXT NOT NULL DEFAULT '[]', -- JSON: what became of each judge's work, see judging-column.ts
  UNIQUE (project_id, session_id)
);
CREATE INDEX sessions_by_activity ON sessions (project_id, last_activity_ms DESC, session_no DESC) WHERE listed = 1;
CREATE INDEX sessions_by_conversation ON sessions (project_id, conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX sessions_by_user ON sessions (project_id, user_id, last_activity_ms DESC, session_no DESC)
  WHERE user_id IS NOT NULL;
CREATE INDEX sessions_by_agent ON sessions (project_id, agent_name, last_activity_ms DESC, session_no DESC)
  WHERE agent_name IS NOT NULL;
-- The queue twice: by idleness when few sessions are due, by start when many are (claims.ts).
CREATE INDEX sessions_waiting_by_activity ON sessions (last_activity_ms) WHERE changed = 1;
CREATE INDEX sessions_waiting_by_start ON sessions (start_us) WHERE changed = 1;
CREATE INDEX sessions_waiting_by_change ON sessions (changed_ms) WHERE changed = 1;
CREATE INDEX sessions_to_rebuild ON sessions (rebuild, session_no, changed, project_id) WHERE rebuild > 0;
CREATE INDEX sessions_to_backfill ON sessions (session_no, project_id, changed) WHERE backfill > 0;
CREATE INDEX sessions_by_messages ON sessions (project_id) WHERE source <> 'otlp'; -- what an account's limit counts
CREATE INDEX sessions_due ON sessions (start_us) WHERE due_ms IS NOT NULL;
CREATE INDEX sessions_taking_messages ON sessions (last_activity_ms) WHERE takes_messages = 1;
CREATE UNIQUE INDEX sessions_by_idempotency_key ON sessions (project_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- All sessions in numbers, kept by the triggers: whoever looks at them need not read every session.
CREATE TABLE session_numbers (
  day INTEGER NOT NULL, -- on which they were created, in days since 1970 (UTC)
  status TEXT NOT NULL,
  sessions INTEGER NOT NULL,
  turns INTEGER NOT NULL,
  helpful INTEGER NOT NULL,
  neutral INTEGER NOT NULL,
  harmful INTEGER NOT NULL,
  PRIMARY KEY (day, status)
) WITHOUT ROWID;
CREATE TRIGGER sessions_inserted AFTER INSERT ON sessions BEGIN
  INSERT INTO session_numbers
  VALUES (NEW.created_ms / 86400000, NEW.status, 1, NEW.total_turns, NEW.helpful, NEW.neutral, NEW.harmful)
  ON CONFLICT (day, status) DO UPDATE SET sessions = sessions + 1, turns = turns + excluded.turns,
    helpful = helpful + excluded.helpful, neutral = neutral + excluded.neutral, harmful = harmful + excluded.harmful;
END;
CREATE TRIGGER sessions_updated AFTER UPDATE OF status, total_turns, helpful, neutral, harmful ON sessions
WHEN (OLD.status, OLD.total_turns, OLD.helpful, OLD.neutral, OLD.harmful)
  <> (NEW.status, NEW.total_turns, NEW.helpful, NEW.neutral, NEW.harmful) BEGIN
  UPDATE session_numbers SET sessions = sessions - 1, turns = turns - OLD.total_turns, helpful = helpful - OLD.helpful,
    neutral = neutral - OLD.neutral, harmful = harmful - OLD.harmful
  WHERE day = OLD.created_ms / 86400000 AND status = OLD.status;
  INSERT INTO session_numbers
  VALUES (NEW.created_ms / 86400000, NEW.status, 1, NEW.total_turns, NEW.helpful, NEW.neutral, NEW.harmful)
  ON CONFLICT (day, status) DO UPDATE SET sessions = sessions + 1, turns = turns + excluded.turns,
    helpful = helpful + excluded.helpful, neutral = neutral + excluded.neutral, harmful = harmful + excluded.harmful;
END;
CREATE TRIGGER sessions_deleted AFTER DELETE ON sessions BEGIN
  UPDATE session_numbers SET sessions = sessions - 1, turns = turns - OLD.total_turns, helpful = helpful - OLD.helpful,
    neutral = neutral - OLD.neutral, harmful = harmful - OLD.harmful
  WHERE day = OLD.created_ms / 86400000 AND status = OLD.status;
END;

-- `linked` and `touched`: the session's facts_version when the trace became a part of it, and when its last record came.
CREATE TABLE session_traces (
  session_no INTEGER NOT NULL,
  trace_no INTEGER NOT NULL,
  linked INTEGER NOT NULL,
  touched INTEGER NOT NULL,
  PRIMARY KEY (session_no, trace_no)
) WITHOUT ROWID;
CREATE INDEX session_traces_by_trace ON session_traces (trace_no);

-- Ids of sessions that were joined to another one.
CREATE TABLE session_aliases (
  project_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  session_no INTEGER NOT NULL,
  PRIMARY KEY (project_id, session_id)
) WITHOUT ROWID;
CREATE INDEX session_aliases_by_session ON session_aliases (session_no);

CREATE TABLE messages (
  message_no INTEGER PRIMARY KEY,
  session_no INTEGER NOT NULL,
  position INTEGER NOT NULL,
  body TEXT NOT NULL, -- JSON, OpenAI's shape
  idempotency_key TEXT, -- of the request that added it to an open session, if it was the first of its messages
  request_digest TEXT, -- of what was asked for under that key
  UNIQUE (session_no, position)
);
CREATE UNIQUE INDEX messages_by_idempotency_key ON messages (session_no, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- What came as a text or a recording and is to become the messages of its session. A text stays; the recording's bytes lie in
-- intake_slices until it was transcribed or refused.
CREATE TABLE intakes (
  session_no INTEGER PRIMARY KEY,
  hints TEXT NOT NULL, -- JSON: what its sender said of it
  text TEXT,
  body_no INTEGER, -- of the recording
  size INTEGER, -- its bytes
  media_type TEXT,
  transcript TEXT, -- JSON: how it became messages; NULL: it has not
  refusal TEXT -- why it never will
);

-- A recording without an intake was being received when the server ended.
CREATE TABLE intake_slices (
  slice_no INTEGER PRIMARY KEY,
  body_no INTEGER NOT NULL, -- the number of its first slice
  checksum INTEGER NOT NULL, -- CRC-32 of the bytes
  bytes BLOB NOT NULL
);
CREATE INDEX intake_slices_by_body ON intake_slices (body_no);

CREATE TABLE built_sessions (
  session_no INTEGER PRIMARY KEY,
  header TEXT NOT NULL, -- JSON: what a list shows of the BuiltSession
  details TEXT NOT NULL -- JSON: system prompt and tools
);

CREATE TABLE turns (
  turn_no INTEGER PRIMARY KEY,
  session_no INTEGER NOT NULL,
  turn INTEGER NOT NULL, -- from 1
  digest TEXT NOT NULL,
  body TEXT NOT NULL, -- JSON
  UNIQUE (session_no, turn)
);

-- The words of each turn; the rowid is the turn_no.
CREATE VIRTUAL TABLE turn_words USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'unicode61');

-- A judgement whose digest is no longer that of its turn (or, with turn 0, of its session) is superseded, and stays.
CREATE TABLE judgements (
  judgement_no INTEGER PRIMARY KEY,
  session_no INTEGER NOT NULL,
  turn INTEGER NOT NULL, -- from 1; 0: the trajectory
  digest TEXT NOT NULL,
  judge_name TEXT NOT NULL,
  judge_version TEXT NOT NULL,
  rank INTEGER NOT NULL,
  score INTEGER, -- NULL: the judge failed
  result TEXT NOT NULL, -- JSON
  judged_ms INTEGER NOT NULL,
  UNIQUE (session_no, turn, digest, judge_name, judge_version)
);

-- What evaluators said (component/metric-scores.ts). One whose digest is no longer that of its turn (or, with turn 0, of its
-- session) is superseded, and stays.
CREATE TABLE metric_scores (
  score_no INTEGER PRIMARY KEY,
  session_no INTEGER NOT NULL,
  turn INTEGER NOT NULL, -- from 1; 0: the session as a whole
  digest TEXT NOT NULL,
  evaluator TEXT NOT NULL,
  name TEXT NOT NULL, -- of the measure
  version TEXT NOT NULL,
  value REAL, -- 0..1; NULL: there was nothing to score, or it failed
  failed INTEGER NOT NULL,
  result TEXT NOT NULL, -- JSON
  scored_ms INTEGER NOT NULL,
  UNIQUE (session_no, turn, digest, evaluator, name, version)
);
-- For lists of the few sessions with low scores.
CREATE INDEX metric_scores_by_value ON metric_scores (evaluator, name, value, session_no) WHERE value IS NOT NULL;

-- What people said (model/label.ts). One whose digest is no longer that of its turn (or, with turn 0, of its session) is stale,
-- and stays.
CREATE TABLE labels (
  label_no INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: readers remember how far they are
  project_id TEXT NOT NULL,
  session_no INTEGER NOT NULL,
  turn INTEGER NOT NULL, -- from 1; 0: the trajectory
  tool_call INTEGER NOT NULL, -- from 1; 0: the turn itself
  dimension TEXT NOT NULL, -- empty: all in all
  labeller TEXT NOT NULL,
  digest TEXT NOT NULL,
  score INTEGER NOT NULL,
  note TEXT,
  labelled_ms INTEGER NOT NULL,
  UNIQUE (session_no, turn, tool_call, dimension, labeller)
);
CREATE INDEX labels_by_project ON labels (project_id, label_no);

-- Evaluation (model/evaluation.ts): datasets of items, and runs that score them. Numbers of datasets and runs are never used
-- again, so that what a deleted one leaves for a while (evaluation_leftovers) never becomes another one's.
CREATE TABLE evaluation_projects (
  evaluation_project_no INTEGER PRIMARY KEY,
  project_id TEXT NOT NULL,
  evaluation_project_id TEXT NOT NULL, -- 32 hex digits
  name TEXT NOT NULL,
  weights TEXT NOT NULL DEFAULT '{}', -- JSON
  metrics TEXT NOT NULL DEFAULT '[]', -- JSON
  threshold REAL NOT NULL,
  created_ms INTEGER NOT NULL,
  UNIQUE (project_id, evaluation_project_id),
  UNIQUE (project_id, name)
);

CREATE TABLE datasets (
  dataset_no INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL,
  dataset_id TEXT NOT NULL, -- 32 hex digits
  name TEXT, -- NULL: it goes with its run
  source TEXT NOT NULL,
  items INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  finished INTEGER NOT NULL DEFAULT 0, -- 0: it takes items, and nobody sees it
  created_ms INTEGER NOT NULL,
  UNIQUE (project_id, dataset_id)
);
CREATE INDEX datasets_by_project ON datasets (project_id, dataset_no) WHERE name IS NOT NULL AND finished = 1;

CREATE TABLE dataset_items (
  item_no INTEGER PRIMARY KEY,
  dataset_no INTEGER NOT NULL,
  number INTEGER NOT NULL, -- from 0, without gaps
  key TEXT NOT NULL, -- as a JSON string: what is no valid text must stay distinct
  body TEXT NOT NULL, -- JSON: EvaluationItem without its key
  UNIQUE (dataset_no, key)
);
CREATE UNIQUE INDEX dataset_items_by_number ON dataset_items (dataset_no, number, key);

-- The run, and at the same time its place in the queue.
CREATE TABLE evaluation_runs (
  run_no INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL,
  run_id TEXT NOT NULL, -- 32 hex digits
  evaluation_project_no INTEGER NOT NULL,
  dataset_no INTEGER NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'queued',
  threshold REAL NOT NULL,
  has_own_key INTEGER NOT NULL, -- 1: its sender's own key is to ask the models
  evaluated INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0, -- of these
  scored INTEGER NOT NULL DEFAULT 0, -- items that have an overall score
  overall_sum REAL NOT NULL DEFAULT 0, -- of these; with overall_rest what a double cannot hold of it (precise-sum.ts)
  overall_rest REAL NOT NULL DEFAULT 0,
  input_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0,
  nano_usd INTEGER DEFAULT 0, -- NULL: of some of it the price is not known
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  finished_ms INTEGER,
  lease TEXT,
  lease_expires_ms INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0, -- claims in a row after which no scores were saved
  error TEXT,
  idempotency_key TEXT,
  request_digest TEXT, -- of what was asked for under that key
  metadata TEXT NOT NULL, -- JSON; last, because it may be long
  UNIQUE (project_id, run_id)
);
CREATE UNIQUE INDEX evaluation_runs_by_idempotency_key ON evaluation_runs (project_id, idempotency_key)
WHERE idempotency_key IS NOT NULL;
CREATE INDEX evaluation_runs_by_project ON evaluation_runs (project_id, run_no, status, evaluation_project_no);
CREATE INDEX evaluation_runs_by_dataset ON evaluation_runs (dataset_no);
CREATE INDEX evaluation_runs_to_do ON evaluation_runs (run_no) WHERE status IN ('queued', 'running');
CREATE INDEX evaluation_runs_completed ON evaluation_runs (project_id, finished_ms) WHERE status = 'completed';

CREATE TABLE run_metrics (
  run_no INTEGER NOT NULL,
  metric_key TEXT NOT NULL,
  position INTEGER NOT NULL, -- from 0, in the order in which they were asked for
  weight REAL NOT NULL,
  scored INTEGER NOT NULL DEFAULT 0,
  below INTEGER NOT NULL DEFAULT 0, -- of these, below the run's threshold
  value_sum REAL NOT NULL DEFAULT 0,
  value_rest REAL NOT NULL DEFAULT 0,
  PRIMARY KEY (run_no, metric_key)
) WITHOUT ROWID;

-- What a run says of its items: numbers here, words in run_remarks, so that comparing runs reads no texts.
CREATE TABLE run_values (
  run_no INTEGER NOT NULL,
  number INTEGER NOT NULL, -- of the item
  overall REAL,
  metric_values BLOB NOT NULL, -- a double for each metric, by position; NaN: no score
  PRIMARY KEY (run_no, number)
) WITHOUT ROWID;
-- Worst first; 2 is more than any score, so what has none comes last.
CREATE INDEX run_values_by_score ON run_values (run_no, coalesce(overall, 2), number);

CREATE TABLE run_remarks (
  remark_no INTEGER PRIMARY KEY,
  run_no INTEGER NOT NULL,
  number INTEGER NOT NULL,
  body TEXT NOT NULL, -- JSON: by position, explanation and error
  UNIQUE (run_no, number)
);

-- Answers of paid models about items whose scores are not stored yet.
CREATE TABLE run_answers (
  run_no INTEGER NOT NULL,
  number INTEGER NOT NULL, -- of the item
  key TEXT NOT NULL, -- SHA-256 of the question
  json TEXT NOT NULL,
  model TEXT NOT NULL,
  PRIMARY KEY (run_no, number, key)
) WITHOUT ROWID;
CREATE TRIGGER run_answers_served AFTER INSERT ON run_values BEGIN
  DELETE FROM run_answers WHERE run_no = NEW.run_no AND number = NEW.number;
END;
CREATE TRIGGER run_answers_ended AFTER UPDATE OF status ON evaluation_runs
WHEN NEW.status NOT IN ('queued', 'running') BEGIN
  DELETE FROM run_answers WHERE run_no = NEW.run_no;
END;
CREATE TRIGGER run_answers_deleted AFTER DELETE ON evaluation_runs BEGIN
  DELETE FROM run_answers WHERE run_no = OLD.run_no;
END;

-- Deleted datasets and runs whose rows are still being removed.
CREATE TABLE evaluation_leftovers (
  kind TEXT NOT NULL, -- dataset, run
  no INTEGER NOT NULL,
  PRIMARY KEY (kind, no)
) WITHOUT ROWID;

CREATE TABLE evaluation_use (
  project_id TEXT NOT NULL,
  month TEXT NOT NULL, -- UTC, as 2026-11
  evaluations INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  PRIMARY KEY (project_id, month)
) WITHOUT ROWID;

-- What judges' calls cost: by UTC day (counted from 1970), whatever becomes of the sessions, and of each session. What calls
-- under way may cost at most is set aside in the columns reserved_*. nano_usd are billionths of a US dollar.
CREATE TABLE judge_spend (
  day INTEGER NOT NULL,
  judge_name TEXT NOT NULL,
  project_id TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  nano_usd INTEGER NOT NULL,
  reserved_tokens INTEGER NOT NULL,
  reserved_nano_usd INTEGER NOT NULL,
  PRIMARY KEY (day, judge_name, project_id)
) WITHOUT ROWID;

CREATE TABLE session_spend (
  session_no INTEGER NOT NULL,
  judge_name TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  nano_usd INTEGER NOT NULL,
  reserved_tokens INTEGER NOT NULL,
  reserved_nano_usd INTEGER NOT NULL,
  PRIMARY KEY (session_no, judge_name)
) WITHOUT ROWID;

-- Answers of paid models that no judgement was saved of yet.
CREATE TABLE model_answers (
  session_no INTEGER NOT NULL,
  judge_name TEXT NOT NULL,
  key TEXT NOT NULL, -- SHA-256 of the question
  json TEXT NOT NULL,
  model TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (session_no, judge_name, key)
) WITHOUT ROWID;

-- The spans of the calls that a judge made for one judgement: no facts, and part of no trace or session.
CREATE TABLE judge_spans (
  judge_span_no INTEGER PRIMARY KEY,
  session_no INTEGER NOT NULL,
  turn INTEGER NOT NULL, -- from 1; 0: the trajectory
  judge_name TEXT NOT NULL,
  trace_id BLOB NOT NULL, -- 16 bytes
  request BLOB NOT NULL -- OTLP ExportTraceServiceRequest
);
CREATE INDEX judge_spans_by_session ON judge_spans (session_no, turn, judge_name);

-- Digests of neighbouring messages, by which sessions without an id find each other.
CREATE TABLE session_links (
  project_id TEXT NOT NULL,
  link INTEGER NOT NULL, -- 64 bits as a signed number
  session_no INTEGER NOT NULL,
  PRIMARY KEY (project_id, link, session_no)
) WITHOUT ROWID;
CREATE INDEX session_links_by_session ON session_links (session_no);

-- What exporters still have to send (component/sending-queue.ts), oldest first. The request lies in queue_slices, so that a
-- large one is not written in one commit, and a row here can change without its bytes being written again.
CREATE TABLE queue_items (
  item_no INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: readers remember how far they are
  exporter TEXT NOT NULL,
  project_id TEXT NOT NULL,
  signal TEXT NOT NULL,
  records INTEGER NOT NULL,
  size INTEGER NOT NULL, -- bytes of the request
  body_no INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  parked TEXT -- why it is not sent
);
CREATE INDEX queue_items_waiting ON queue_items (exporter, item_no) WHERE parked IS NULL;
CREATE INDEX queue_items_parked ON queue_items (project_id, item_no) WHERE parked IS NOT NULL;

-- A body without an item was being written when the server ended.
CREATE TABLE queue_slices (
  slice_no INTEGER PRIMARY KEY,
  body_no INTEGER NOT NULL, -- the number of its first slice
  checksum INTEGER NOT NULL, -- CRC-32 of the bytes
  bytes BLOB NOT NULL
);
CREATE INDEX queue_slices_by_body ON queue_slices (body_no);

-- Who may log in. Each account has a project of its own; of its key there is only the SHA-256.
CREATE TABLE accounts (
  account_no INTEGER PRIMARY KEY, -- in the order in which they registered
  account_id TEXT NOT NULL UNIQUE, -- 32 hex digits
  email TEXT NOT NULL UNIQUE, -- in lower case
  name TEXT,
  role TEXT NOT NULL, -- user, admin
  project_id TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL, -- argon2id, PHC's format
  key_digest BLOB NOT NULL UNIQUE,
  key_hint TEXT NOT NULL, -- its first characters
  state TEXT NOT NULL DEFAULT 'active', -- suspended: may do nothing; deleted: its sessions are being removed
  created_ms INTEGER NOT NULL
);

-- What this server made up for itself, once.
CREATE TABLE secrets (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
