//! What GitHub takes where in a workflow, as tables.
//!
//! Sources: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>, the contexts of each
//! place <https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#context-availability>, the events
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows>, and GitHub's own
//! schema <https://github.com/actions/languageservices/blob/main/workflow-parser/src/workflow-v1.0.json>.

/// What may stand at a place.
#[derive(Clone, Copy)]
pub enum Shape {
    /// Whatever it is, its expressions count.
    Any,
    /// A scalar, also an empty one.
    Text,
    /// A scalar that is not empty.
    Filled,
    /// The same without expressions.
    Fixed,
    /// `true` or `false`.
    Flag,
    /// A number over zero.
    Number,
    /// A whole number over zero.
    Count,
    /// A line of cron.
    Cron,
    /// An expression, with or without its braces.
    Condition,
    /// Nothing at all.
    Nothing,
    Choice(&'static [&'static str]),
    List(&'static Shape),
    Keys(&'static Keys),
    /// A job, and a step: which keys they have hangs on whether they use something.
    Job,
    Step,
    /// The first of these that is of the value's kind.
    Either(&'static [Shape]),
    /// A place whose expressions know these contexts and functions.
    In(&'static [&'static str], &'static Shape),
}

/// A mapping.
pub struct Keys {
    /// What it is, for messages: "a step that runs commands".
    pub what: &'static str,
    pub known: &'static [(&'static str, Shape)],
    /// What any other key holds; None where there is no other key.
    pub rest: Option<Shape>,
    /// Keys that must be there.
    pub needed: &'static [&'static str],
}

use Shape::{Any, Choice, Condition, Count, Cron, Either, Filled, Fixed, Flag, In, List, Nothing, Number, Text};

/// Keys of which any name may stand.
const fn named(what: &'static str, shape: Shape) -> Keys {
    Keys { what, known: &[], rest: Some(shape), needed: &[] }
}

const fn closed(what: &'static str, known: &'static [(&'static str, Shape)]) -> Keys {
    Keys { what, known, rest: None, needed: &[] }
}

const ONE_OR_MORE: Shape = Either(&[Filled, List(&Filled)]);

// Contexts and functions by place.
const RUN: &[&str] = &["github", "inputs", "vars"];
const WORKFLOW_ENV: &[&str] = &["github", "inputs", "vars", "secrets"];
const OUTPUT: &[&str] = &["github", "jobs", "vars", "inputs"];
const NEEDS: &[&str] = &["github", "needs", "vars", "inputs"];
const JOB_IF: &[&str] = &["github", "needs", "vars", "inputs", "always", "cancelled", "success", "failure"];
const MATRIX: &[&str] = &["github", "needs", "strategy", "matrix", "vars", "inputs"];
const MATRIX_SECRETS: &[&str] = &["github", "needs", "strategy", "matrix", "vars", "secrets", "inputs"];
const MATRIX_ENV: &[&str] = &["github", "needs", "strategy", "matrix", "env", "vars", "inputs"];
const CREDENTIALS: &[&str] = &["github", "needs", "strategy", "matrix", "env", "vars", "secrets", "inputs"];
const RUNNER: &[&str] =
    &["github", "needs", "strategy", "matrix", "job", "runner", "env", "vars", "secrets", "steps", "inputs"];
const URL: &[&str] = &["github", "needs", "strategy", "matrix", "job", "runner", "env", "vars", "steps", "inputs"];
const STEP: &[&str] = &[
    "github",
    "needs",
    "strategy",
    "matrix",
    "job",
    "runner",
    "env",
    "vars",
    "secrets",
    "steps",
    "inputs",
    "hashFiles",
];
const STEP_IF: &[&str] = &[
    "github",
    "needs",
    "strategy",
    "matrix",
    "job",
    "runner",
    "env",
    "vars",
    "steps",
    "inputs",
    "always",
    "cancelled",
    "success",
    "failure",
    "hashFiles",
];

pub const WORKFLOW: Keys = Keys {
    what: "a workflow",
    known: &[
        ("name", Text),
        ("run-name", In(RUN, &Text)),
        ("on", Either(&[Choice(EVENTS), List(&Choice(EVENTS)), Shape::Keys(&ON)])),
        ("permissions", PERMISSIONS),
        ("env", In(WORKFLOW_ENV, &Shape::Keys(&ENV))),
        ("defaults", Shape::Keys(&DEFAULTS)),
        ("concurrency", In(RUN, &Either(&[Filled, Shape::Keys(&CONCURRENCY)]))),
        ("jobs", Shape::Keys(&JOBS)),
    ],
    rest: None,
    needed: &["on", "jobs"],
};

const JOBS: Keys = named("the jobs", Shape::Job);
const ENV: Keys = named("`env`", Text);
const DEFAULTS: Keys = closed("`defaults`", &[("run", Shape::Keys(&DEFAULTS_RUN))]);
const DEFAULTS_RUN: Keys = closed("`defaults.run`", &[("shell", Filled), ("working-directory", Filled)]);
const CONCURRENCY: Keys = Keys {
    what: "`concurrency`",
    known: &[("group", Filled), ("cancel-in-progress", Flag)],
    rest: None,
    needed: &["group"],
};

const LEVELS: Shape = Choice(&["read", "write", "none"]);
const PERMISSIONS: Shape = Either(&[Choice(&["read-all", "write-all"]), Shape::Keys(&SCOPES)]);
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions>
const SCOPES: Keys = closed(
    "`permissions`",
    &[
        ("actions", LEVELS),
        ("artifact-metadata", LEVELS),
        ("attestations", LEVELS),
        ("checks", LEVELS),
        ("contents", LEVELS),
        ("deployments", LEVELS),
        ("discussions", LEVELS),
        ("id-token", Choice(&["write", "none"])),
        ("issues", LEVELS),
        ("models", Choice(&["read", "none"])),
        ("packages", LEVELS),
        ("pages", LEVELS),
        ("pull-requests", LEVELS),
        ("repository-projects", LEVELS),
        ("security-events", LEVELS),
        ("statuses", LEVELS),
    ],
);

/// A job with steps of its own.
pub const STEPS_JOB: Keys = Keys {
    what: "a job with steps",
    known: &[
        ("name", In(MATRIX, &Text)),
        ("needs", Either(&[Fixed, List(&Fixed)])),
        ("if", In(JOB_IF, &Condition)),
        ("permissions", PERMISSIONS),
        ("runs-on", In(MATRIX, &Either(&[Filled, List(&Filled), Shape::Keys(&RUNS_ON)]))),
        ("snapshot", In(MATRIX, &Either(&[Filled, Shape::Keys(&SNAPSHOT)]))),
        ("environment", In(MATRIX, &Either(&[Text, Shape::Keys(&ENVIRONMENT)]))),
        ("concurrency", In(MATRIX, &Either(&[Filled, Shape::Keys(&CONCURRENCY)]))),
        ("outputs", In(RUNNER, &Shape::Keys(&OUTPUTS))),
        ("env", In(MATRIX_SECRETS, &Shape::Keys(&ENV))),
        ("defaults", In(MATRIX_ENV, &Shape::Keys(&DEFAULTS))),
        ("steps", In(STEP, &List(&Shape::Step))),
        ("timeout-minutes", In(MATRIX, &Number)),
        ("cancel-timeout-minutes", In(MATRIX, &Number)),
        ("strategy", In(NEEDS, &Shape::Keys(&STRATEGY))),
        ("continue-on-error", In(MATRIX, &Flag)),
        ("container", In(MATRIX, &Either(&[Text, Shape::Keys(&CONTAINER)]))),
        ("services", In(MATRIX, &Shape::Keys(&SERVICES))),
    ],
    rest: None,
    needed: &["runs-on", "steps"],
};

/// A job that calls a workflow.
pub const CALLING_JOB: Keys = closed(
    "a job that calls a workflow",
    &[
        ("name", In(MATRIX, &Text)),
        ("uses", Filled),
        ("with", In(MATRIX, &Shape::Keys(&WITH))),
        ("secrets", In(MATRIX_SECRETS, &Either(&[Choice(&["inherit"]), Shape::Keys(&SECRETS)]))),
        ("needs", Either(&[Fixed, List(&Fixed)])),
        ("if", In(JOB_IF, &Condition)),
        ("permissions", PERMISSIONS),
        ("concurrency", In(MATRIX, &Either(&[Filled, Shape::Keys(&CONCURRENCY)]))),
        ("strategy", In(NEEDS, &Shape::Keys(&STRATEGY))),
    ],
);

const OUTPUTS: Keys = named("`outputs`", Text);
const WITH: Keys = named("`with`", Text);
const SECRETS: Keys = named("`secrets`", Text);
const RUNS_ON: Keys = closed("`runs-on`", &[("group", Filled), ("labels", ONE_OR_MORE)]);
const SNAPSHOT: Keys = Keys {
    what: "`snapshot`",
    known: &[("image-name", Filled), ("version", Filled), ("if", Condition)],
    rest: None,
    needed: &["image-name"],
};
const ENVIRONMENT: Keys = Keys {
    what: "`environment`",
    known: &[("name", Text), ("url", In(URL, &Text)), ("deployment", Flag)],
    rest: None,
    needed: &["name"],
};
const STRATEGY: Keys =
    closed("`strategy`", &[("matrix", Shape::Keys(&MATRICES)), ("fail-fast", Flag), ("max-parallel", Count)]);
const MATRICES: Keys = Keys {
    what: "`matrix`",
    known: &[("include", List(&Shape::Keys(&COMBINATION))), ("exclude", List(&Shape::Keys(&COMBINATION)))],
    rest: Some(List(&Any)),
    needed: &[],
};
const COMBINATION: Keys = named("a combination of the matrix", Any);

const CONTAINER: Keys = Keys {
    what: "`container`",
    known: &[
        ("image", Filled),
        ("credentials", In(CREDENTIALS, &Shape::Keys(&LOGIN))),
        ("env", In(RUNNER, &Shape::Keys(&ENV))),
        ("ports", List(&Filled)),
        ("volumes", List(&Filled)),
        ("options", Filled),
    ],
    rest: None,
    needed: &["image"],
};
const SERVICES: Keys = named("`services`", Either(&[Text, Shape::Keys(&SERVICE)]));
/// A service without an image does not start, which GitHub allows.
const SERVICE: Keys = closed(
    "a service",
    &[
        ("image", Text),
        ("credentials", In(CREDENTIALS, &Shape::Keys(&LOGIN))),
        ("env", In(RUNNER, &Shape::Keys(&ENV))),
        ("ports", List(&Filled)),
        ("volumes", List(&Filled)),
        ("options", Text),
        ("entrypoint", Text),
        ("command", Text),
    ],
);
const LOGIN: Keys = closed("`credentials`", &[("username", Filled), ("password", Filled)]);

pub const RUN_STEP: Keys = closed(
    "a step that runs commands",
    &[
        ("name", Text),
        ("id", Fixed),
        ("if", In(STEP_IF, &Condition)),
        ("run", Text),
        ("shell", Filled),
        ("working-directory", Text),
        ("env", Shape::Keys(&ENV)),
        ("continue-on-error", Flag),
        ("timeout-minutes", Number),
    ],
);

pub const ACTION_STEP: Keys = closed(
    "a step that uses an action",
    &[
        ("name", Text),
        ("id", Fixed),
        ("if", In(STEP_IF, &Condition)),
        ("uses", Fixed),
        ("with", Shape::Keys(&WITH)),
        ("env", Shape::Keys(&ENV)),
        ("continue-on-error", Flag),
        ("timeout-minutes", Number),
    ],
);

/// The types of activity of events, as a value that may be one or a list.
macro_rules! types {
    ($($kind:literal)*) => { Either(&[Choice(&[$($kind),*]), List(&Choice(&[$($kind),*]))]) };
}

/// An event of which only the type of activity can be asked.
macro_rules! by_type {
    ($($kind:literal)*) => {
        Either(&[Nothing, Shape::Keys(&Keys { what: "the event", known: &[("types", types!($($kind)*))], rest: None, needed: &[] })])
    };
}

const PULL_REQUEST: Shape = Either(&[
    Nothing,
    Shape::Keys(&closed(
        "the event",
        &[
            (
                "types",
                types!("assigned" "unassigned" "labeled" "unlabeled" "opened" "edited" "closed" "reopened" "synchronize"
                    "converted_to_draft" "ready_for_review" "locked" "unlocked" "milestoned" "demilestoned" "enqueued"
                    "dequeued" "review_requested" "review_request_removed" "auto_merge_enabled" "auto_merge_disabled"),
            ),
            ("branches", ONE_OR_MORE),
            ("branches-ignore", ONE_OR_MORE),
            ("paths", ONE_OR_MORE),
            ("paths-ignore", ONE_OR_MORE),
        ],
    )),
]);

const EVENTS: &[&str] = &[
    "branch_protection_rule",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "image_version",
    "issue_comment",
    "issues",
    "label",
    "merge_group",
    "milestone",
    "page_build",
    "project",
    "project_card",
    "project_column",
    "public",
    "pull_request",
    "pull_request_comment",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "push",
    "registry_package",
    "release",
    "repository_dispatch",
    "schedule",
    "status",
    "watch",
    "workflow_call",
    "workflow_dispatch",
    "workflow_run",
];

const ON: Keys = closed(
    "`on`",
    &[
        ("branch_protection_rule", by_type!("created" "edited" "deleted")),
        ("check_run", by_type!("created" "rerequested" "completed" "requested_action")),
        ("check_suite", by_type!("completed")),
        ("create", Nothing),
        ("delete", Nothing),
        ("deployment", Nothing),
        ("deployment_status", Nothing),
        (
            "discussion",
            by_type!("created" "edited" "deleted" "transferred" "pinned" "unpinned" "labeled" "unlabeled" "locked"
                "unlocked" "category_changed" "answered" "unanswered"),
        ),
        ("discussion_comment", by_type!("created" "edited" "deleted")),
        ("fork", Nothing),
        ("gollum", Nothing),
        (
            "image_version",
            Either(&[Nothing, Shape::Keys(&closed("the event", &[("names", ONE_OR_MORE), ("versions", ONE_OR_MORE)]))]),
        ),
        ("issue_comment", by_type!("created" "edited" "deleted")),
        (
            "issues",
            by_type!("opened" "edited" "deleted" "transferred" "pinned" "unpinned" "closed" "reopened" "assigned"
                "unassigned" "labeled" "unlabeled" "locked" "unlocked" "milestoned" "demilestoned" "typed" "untyped"),
        ),
        ("label", by_type!("created" "edited" "deleted")),
        (
            "merge_group",
            Either(&[
                Nothing,
                Shape::Keys(&closed(
                    "the event",
                    &[
                        ("types", types!("checks_requested")),
                        ("branches", ONE_OR_MORE),
                        ("branches-ignore", ONE_OR_MORE),
                    ],
                )),
            ]),
        ),
        ("milestone", by_type!("created" "closed" "opened" "edited" "deleted")),
        ("page_build", Nothing),
        ("project", by_type!("created" "updated" "closed" "reopened" "edited" "deleted")),
        ("project_card", by_type!("created" "moved" "converted" "edited" "deleted")),
        ("project_column", by_type!("created" "updated" "moved" "deleted")),
        ("public", Nothing),
        ("pull_request", PULL_REQUEST),
        ("pull_request_comment", by_type!("created" "edited" "deleted")),
        ("pull_request_review", by_type!("submitted" "edited" "dismissed")),
        ("pull_request_review_comment", by_type!("created" "edited" "deleted")),
        ("pull_request_target", PULL_REQUEST),
        (
            "push",
            Either(&[
                Nothing,
                Shape::Keys(&closed(
                    "the event",
                    &[
                        ("branches", ONE_OR_MORE),
                        ("branches-ignore", ONE_OR_MORE),
                        ("tags", ONE_OR_MORE),
                        ("tags-ignore", ONE_OR_MORE),
                        ("paths", ONE_OR_MORE),
                        ("paths-ignore", ONE_OR_MORE),
                    ],
                )),
            ]),
        ),
        ("registry_package", by_type!("published" "updated")),
        ("release", by_type!("published" "unpublished" "created" "edited" "deleted" "prereleased" "released")),
        ("repository_dispatch", Either(&[Nothing, Shape::Keys(&closed("the event", &[("types", ONE_OR_MORE)]))])),
        ("schedule", List(&Shape::Keys(&SCHEDULE))),
        ("status", Nothing),
        ("watch", by_type!("started")),
        ("workflow_call", Either(&[Nothing, Shape::Keys(&WORKFLOW_CALL)])),
        ("workflow_dispatch", Either(&[Nothing, Shape::Keys(&closed("the event", &[("inputs", NAMED_INPUTS)]))])),
        (
            "workflow_run",
            Shape::Keys(&Keys {
                what: "the event",
                known: &[
                    ("types", types!("completed" "requested" "in_progress")),
                    ("workflows", ONE_OR_MORE),
                    ("branches", ONE_OR_MORE),
                    ("branches-ignore", ONE_OR_MORE),
                ],
                rest: None,
                needed: &["workflows"],
            }),
        ),
    ],
);

const SCHEDULE: Keys =
    Keys { what: "`schedule`", known: &[("cron", Cron), ("timezone", Filled)], rest: None, needed: &["cron"] };

const NAMED_INPUTS: Shape =
    Either(&[Nothing, Shape::Keys(&named("`inputs`", Either(&[Nothing, Shape::Keys(&INPUT)])))]);
const INPUT: Keys = closed(
    "an input",
    &[
        ("description", Text),
        ("deprecationMessage", Text),
        ("type", Choice(&["string", "number", "boolean", "choice", "environment"])),
        ("required", Flag),
        ("default", Text),
        ("options", List(&Filled)),
    ],
);

const WORKFLOW_CALL: Keys = closed(
    "the event",
    &[
        ("inputs", Either(&[Nothing, Shape::Keys(&named("`inputs`", Shape::Keys(&CALL_INPUT)))])),
        (
            "secrets",
            Either(&[Nothing, Shape::Keys(&named("`secrets`", Either(&[Nothing, Shape::Keys(&CALL_SECRET)])))]),
        ),
        ("outputs", Either(&[Nothing, Shape::Keys(&named("`outputs`", Shape::Keys(&CALL_OUTPUT)))])),
    ],
);
const CALL_INPUT: Keys = Keys {
    what: "an input",
    known: &[
        ("description", Text),
        ("deprecationMessage", Text),
        ("type", Choice(&["string", "number", "boolean"])),
        ("required", Flag),
        ("default", In(RUN, &Text)),
    ],
    rest: None,
    needed: &["type"],
};
const CALL_SECRET: Keys = closed("a secret", &[("description", Text), ("required", Flag)]);
const CALL_OUTPUT: Keys = Keys {
    what: "an output",
    known: &[("description", Text), ("value", In(OUTPUT, &Filled))],
    rest: None,
    needed: &["value"],
};
