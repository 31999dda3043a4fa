//! Workflows that GitHub refuses, each told at its place, and workflows that it takes.

mod tree;

use tree::with;

const JOBS: &str = "jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make\n";

/// The place, without the beginning that all messages share, of each problem of one workflow.
fn refusals(text: &str) -> Vec<(String, String)> {
    with(&[(".github/workflows/ci.yml", text)], |_, problems| {
        let told = problems.iter().map(|problem| {
            assert_eq!(problem.sections, ["workflows"], "{problem:?}");
            assert_ne!(problem.help, "", "{problem:?}");
            let at = problem.span.map(|span| text[span.range()].to_string()).unwrap_or_default();
            let message = problem.message.strip_prefix("GitHub refuses the workflow: ").unwrap_or(&problem.message);
            (at, message.to_string())
        });
        told.collect()
    })
}

/// One refusal is expected, at a text and with a message.
fn refused(cases: &[(String, &str, &str)]) {
    for (text, at, message) in cases {
        assert_eq!(refusals(text), [(at.to_string(), message.to_string())], "{text}");
    }
}

#[test]
fn whole_workflows() {
    let with_jobs = |text: &str| format!("{text}{JOBS}");
    refused(&[
        ("# later\n".into(), "", "it is no mapping"),
        ("- on\n".into(), "on", "it is no mapping"),
        ("on: push\n".into(), "push", "a workflow lacks `jobs`"),
        ("on: push\njobs: {}\n".into(), "jobs", "it has no job"),
        (JOBS.into(), "jobs", "a workflow lacks `on`"),
        (with_jobs("on: push\nnmae: CI\n"), "nmae", "`nmae` is no key of a workflow"),
        (with_jobs("on: push\nenv:\n"), "env", "`env` is empty"),
        (with_jobs("on: push\nenv: {A: 1, a: 2}\n"), "a", "`a` stands twice; upper and lower case count as the same"),
        (with_jobs("on: push\nenv: {A: &a {b: c}}\n"), "A", "`A` cannot be a mapping"),
        (
            with_jobs("on: push\nconcurrency: {cancel-in-progress: true}\n"),
            "concurrency",
            "`concurrency` lacks `group`",
        ),
        (with_jobs("on: push\ndefaults: {run: {shel: bash}}\n"), "shel", "`shel` is no key of `defaults.run`"),
        (with_jobs("on: push\npermissions: all\n"), "all", "`permissions` cannot be `all`"),
        (with_jobs("on: push\npermissions: {content: read}\n"), "content", "`content` is no key of `permissions`"),
        (with_jobs("on: push\npermissions: {id-token: read}\n"), "read", "`id-token` cannot be `read`"),
    ]);
}

#[test]
fn events() {
    let with_jobs = |text: &str| format!("{text}\n{JOBS}");
    refused(&[
        (with_jobs("on:"), "on", "`on` is empty"),
        (with_jobs("on: []"), "on", "no event starts it"),
        (with_jobs("on: pushed"), "pushed", "`on` cannot be `pushed`"),
        (with_jobs("on: [push, pul_request]"), "pul_request", "an entry of `on` cannot be `pul_request`"),
        (with_jobs("on: {pushed: }"), "pushed", "`pushed` is no key of `on`"),
        (with_jobs("on: {push: {branch: main}}"), "branch", "`branch` is no key of the event"),
        (with_jobs("on: {pull_request: {types: [open]}}"), "open", "an entry of `types` cannot be `open`"),
        (
            with_jobs("on: {push: {paths: [a], paths-ignore: [b]}}"),
            "paths-ignore",
            "`push` has both `paths-ignore` and its opposite",
        ),
        (with_jobs("on: schedule"), "schedule", "the schedule has no time"),
        (with_jobs("on: {schedule: []}"), "schedule", "the schedule has no time"),
        (with_jobs("on: {schedule: [{cron: 0 0 * *}]}"), "0 0 * *", "`cron` cannot be `0 0 * *`"),
        (with_jobs("on: {workflow_run: {types: [completed]}}"), "workflow_run", "the event lacks `workflows`"),
        (with_jobs("on: workflow_run"), "workflow_run", "it waits for a workflow and names none"),
        (with_jobs("on: {workflow_call: {inputs: {a: {default: b}}}}"), "a", "an input lacks `type`"),
        (with_jobs("on: {workflow_dispatch: {inputs: {a: {type: choice}}}}"), "a", "the choice `a` has no options"),
        (
            with_jobs("on: {workflow_dispatch: {inputs: {a: {options: [b]}}}}"),
            "options",
            "`a` has options and is no choice",
        ),
        (
            with_jobs("on: {workflow_call: {inputs: {a: {type: boolean, default: b}}}}"),
            "b",
            "the default of `a` is neither `true` nor `false`",
        ),
    ]);
}

#[test]
fn jobs() {
    let job = |text: &str| format!("on: push\njobs:\n  a: {{runs-on: x, steps: [run: make], {text}}}\n");
    let jobs = |text: &str| format!("on: push\njobs:\n{text}");
    refused(&[
        (jobs("  a: {steps: [run: make]}\n"), "a", "a job with steps lacks `runs-on`"),
        (jobs("  a: {runs-on: x}\n"), "a", "a job with steps lacks `steps`"),
        (jobs("  a: {runs-on: x, steps: []}\n"), "steps", "the job has no steps"),
        (jobs("  a: {runs-on: x, steps: make}\n"), "make", "`steps` cannot be `make`"),
        (jobs("  a: {uses: ./b.yml, runs-on: x}\n"), "runs-on", "`runs-on` is no key of a job that calls a workflow"),
        (jobs("  a: {uses: ./b.yml@main}\n"), "./b.yml@main", "`./b.yml@main` names no workflow"),
        (jobs("  a: {uses: ./b/c/d.yml@main}\n"), "./b/c/d.yml@main", "`./b/c/d.yml@main` names no workflow"),
        (jobs("  1a: {runs-on: x, steps: [run: make]}\n"), "1a", "`1a` cannot be the name of a job"),
        (job("step: []"), "step", "`step` is no key of a job with steps"),
        (job("timeout-minutes: '30'"), "'30'", "`timeout-minutes` cannot be `30`"),
        (job("timeout-minutes: 0"), "0", "`timeout-minutes` cannot be `0`"),
        (job("continue-on-error: maybe"), "maybe", "`continue-on-error` cannot be `maybe`"),
        (job("strategy: {matrx: {}}"), "matrx", "`matrx` is no key of `strategy`"),
        (job("strategy: {matrix: {a: 1}}"), "1", "`a` cannot be `1`"),
        (job("strategy: {matrix: {a: []}}"), "a", "`a` of the matrix has no values"),
        (job("strategy: {max-parallel: 1.5}"), "1.5", "`max-parallel` cannot be `1.5`"),
        (job("container: {images: a, image: b}"), "images", "`images` is no key of `container`"),
        (job("container: {ports: [1]}"), "container", "`container` lacks `image`"),
        (job("services: {db: {image: a, volume: b}}"), "volume", "`volume` is no key of a service"),
        (job("environment: {url: a}"), "environment", "`environment` lacks `name`"),
        (job("needs: b"), "b", "there is no job `b` to wait for"),
        (job("needs: [a]"), "a", "jobs wait for each other: a for a"),
    ]);
    let circle = "  z: {runs-on: x, needs: a, steps: [run: make]}\n  a: {runs-on: x, needs: b, steps: [run: make]}\n  \
                  b: {runs-on: x, needs: [c, a], steps: [run: make]}\n  c: {runs-on: x, steps: [run: make]}\n";
    refused(&[(jobs(circle), "a", "jobs wait for each other: a for b for a")]);
}

#[test]
fn steps() {
    let steps = |text: &str| format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{text}");
    refused(&[
        (steps("      - name: nothing\n"), "nothing", "the step has neither `run` nor `uses`"),
        (steps("      - run: make\n        uses: a/b@c\n"), "run", "a step either runs commands or uses an action"),
        (steps("      - run: make\n        with: {a: b}\n"), "with", "`with` is no key of a step that runs commands"),
        (steps("      - uses: a/b@c\n        shell: sh\n"), "shell", "`shell` is no key of a step that uses an action"),
        (steps("      - uses: checkout\n"), "checkout", "`checkout` names no action"),
        (steps("      - run: make\n        id: a b\n"), "a b", "`a b` cannot be the name of a step"),
        (steps("      - {run: make, id: a}\n      - {run: make, id: A}\n"), "A", "two steps have the id `A`"),
        (steps("      - run: &a make\n      - <<: {run: make}\n"), "<<", "`<<` merges nothing here"),
        (steps("      - make\n"), "make", "an entry of `steps` cannot be `make`"),
    ]);
}

#[test]
fn expressions() {
    let step =
        |text: &str| format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make\n        {text}\n");
    let job = |text: &str| format!("on: push\njobs:\n  a: {{runs-on: x, steps: [run: make], {text}}}\n");
    refused(&[
        (step("name: a ${{ github.ref"), "${{", "nothing closes the expression"),
        (step("name: a ${{ github.ref }} ${{ git.ref }}"), "git", "there is no context `git`"),
        (
            step("env: {A: '${{ github.ref == \"main\" }}'}"),
            "\"main\"",
            "`\"main\"` is nothing that an expression knows",
        ),
        (step("if: github.ref = 'main'"), "=", "`=` is nothing that an expression knows"),
        (step("if: ${{ now() }}"), "now", "there is no function `now`"),
        (step("name: ${{ always() }}"), "always", "the function `always` does not exist at this place"),
        (step("env:\n          ${{ x.y }}: z"), "x", "there is no context `x`"),
        (step("env:\n          A: |\n            1\n            ${{ (1 }}"), "", "the expression ends too early"),
        (job("if: env.A == 'b'"), "env", "the context `env` does not exist at this place"),
        (
            job("strategy: {matrix: {a: '${{ matrix.b }}'}}"),
            "matrix",
            "the context `matrix` does not exist at this place",
        ),
        (
            "on: push\njobs:\n  a: {runs-on: x, steps: [uses: './${{ github.ref }}']}\n".into(),
            "'./${{ github.ref }}'",
            "`uses` cannot be `./${{ github.ref }}`",
        ),
    ]);
}

#[test]
fn what_github_takes_is_no_problem() {
    let text = "name: CI
run-name: ${{ inputs.who }} on ${{ github.ref }}
on:
  push: {branches: main, tags: [v*]}
  pull_request:
    types: [opened, synchronize]
  schedule: [{cron: '30 5 * * MON-FRI', timezone: Europe/Berlin}]
  workflow_call:
    inputs: {who: {type: string, default: \"${{ vars.WHO }}\"}}
    outputs: {tag: {value: \"${{ jobs.a.outputs.tag }}\"}}
    secrets: {TOKEN: }
  workflow_dispatch:
    inputs: {stage: {type: choice, options: [a, b]}, dry: {type: boolean, default: 'true'}, free: }
permissions: {contents: read, id-token: write}
concurrency: {group: \"${{ github.ref }}\", cancel-in-progress: \"${{ github.ref != 'a' }}\"}
env: {A: , B: 1}
defaults: {run: {shell: bash}}
jobs:
  a:
    runs-on: [self-hosted, \"${{ matrix.os }}\"]
    if: github.event_name != 'push' && !contains(needs.*.result, 'failure')
    timeout-minutes: ${{ fromJSON(vars.MINUTES) }}
    strategy:
      fail-fast: false
      matrix:
        os: [x]
        include: ${{ fromJSON('[]') }}
    container: {image: \"node:${{ matrix.os }}\", env: {A: \"${{ secrets.B }}\"}, credentials: {username: a, password: \"${{ secrets.B }}\"}}
    services: {db: {image: postgres, ports: [5432:5432], env: {P: \"${{ secrets.P }}\"}}}
    outputs: {tag: \"${{ steps.one.outputs.tag }}\"}
    environment: {name: live, url: \"${{ steps.one.outputs.url }}\"}
    steps:
      - &checkout {uses: actions/checkout@v4, with: {fetch-depth: 0}}
      - *checkout
      - uses: ./.github/actions/x
      - uses: docker://alpine:3
        if: always() && hashFiles('**/lock') != ''
      - id: one
        run: |
          echo '${{ toJSON(github.event) }}' ${{ runner.os }}
        continue-on-error: ${{ matrix.soft }}
        env: {KEY: \"${{ hashFiles('a') }}\"}
  b:
    needs: [A]
    if: ${{ always() }}
    uses: owner/repository/.github/workflows/x.yml@v1
    secrets: inherit
    with: {n: 1, who: \"${{ needs.a.outputs.tag }}\"}
";
    assert_eq!(refusals(text), []);
}

#[test]
fn a_text_that_is_no_yaml_is_told_once() {
    for text in ["on: push\njobs: [\n", "on: push\njobs: *nowhere\n"] {
        let told = refusals(text);
        assert_eq!(told.len(), 1, "{told:?}");
    }
}

/// An alias inside what it repeats ends nowhere.
#[test]
fn circles_of_aliases_end() {
    let told = refusals("on: push\njobs:\n  a: &a\n    runs-on: x\n    steps: [*a]\n");
    assert!(!told.is_empty());
}
