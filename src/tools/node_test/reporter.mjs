// A reporter for the test runner of node: one JSON document a line, and a last line that says that none is missing.
//
// The reporters that node brings leave out what sdd must know: JUnit has no file and no line, no failure of a hook
// behind the tests, and none of them tells that a test was begun and never ended.
// Source of the events: the class TestsStream in the documentation of node:test.

const MOST = 8000;

const text = (value) => {
  try {
    return String(value).slice(0, MOST);
  } catch {
    return '';
  }
};

/** What went wrong: node wraps what was thrown in an error of its own, as `cause`. */
const failure = (error) => {
  const cause = error?.cause;
  const thrown = cause !== null && typeof cause === 'object' ? cause : undefined;
  return {
    kind: text(error?.failureType ?? ''),
    message: text(thrown?.message ?? cause ?? error?.message ?? ''),
    stack: text(thrown?.stack ?? ''),
    exitCode: Number.isInteger(error?.exitCode) ? error.exitCode : null,
    signal: error?.signal ? text(error.signal) : null,
  };
};

const result = (type, data) => ({
  event: type === 'test:pass' ? 'pass' : 'fail',
  name: text(data.name),
  nesting: data.nesting,
  file: data.file ?? null,
  line: data.line ?? null,
  column: data.column ?? null,
  suite: data.details?.type === 'suite',
  skip: data.skip !== undefined && data.skip !== false,
  todo: data.todo !== undefined && data.todo !== false,
  failure: type === 'test:fail' ? failure(data.details?.error) : null,
});

export default async function* report(source) {
  let begun = 0;
  let ended = 0;
  for await (const { type, data } of source) {
    if (type === 'test:enqueue') {
      begun += 1;
    } else if (type === 'test:complete') {
      ended += 1;
    } else if (type === 'test:start') {
      yield `${JSON.stringify({ event: 'start', name: text(data.name), nesting: data.nesting })}\n`;
    } else if (type === 'test:pass' || type === 'test:fail') {
      yield `${JSON.stringify(result(type, data))}\n`;
    } else if (type === 'test:diagnostic') {
      yield `${JSON.stringify({ event: 'diagnostic', message: text(data.message), nesting: data.nesting })}\n`;
    }
  }
  yield `${JSON.stringify({ event: 'end', begun, ended })}\n`;
}
