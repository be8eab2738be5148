// Names that are scripts, run backwards or hide signs: shown as what they are wherever they stand, and kept as they
// were written.
import { DESKTOP, base, call, expect, publish, story } from './harness.mjs';

const MARK = Date.now().toString(36);
const SCRIPT = `<img src=x onerror="globalThis.struck = 1"><script>globalThis.struck = 2</script>`;
const BACKWARDS = 'invoice\u202Efdp.exe';
const ALIKE = 'an\u200Bn';
const NAME = `${MARK} ${SCRIPT} ${BACKWARDS}`;
const SHOWN = `${MARK} ${SCRIPT} invoice[U+202E]fdp.exe`;

/** The name stands there letter by letter, and nothing of it became a part of the page. */
async function harmless(page, where) {
  await page.getByText(SHOWN).first().waitFor();
  const found = await page.evaluate(() => [
    globalThis.struck ?? 0,
    document.querySelectorAll('img[src="x"]').length,
    /[\u200B\u202E]/.test(document.documentElement.innerText + document.title),
  ]);
  if (JSON.stringify(found) !== '[0,0,false]') throw new Error(`${where}: ${JSON.stringify(found)}`);
}

await story('hostile', async ({ open, look }) => {
  const admin = await open('admin', DESKTOP);
  const step = { id: 'look', kind: 'task', title: `Look at ${NAME}` };
  await publish(admin, { holdfast: 1, key: `hostile-${MARK}`, name: NAME, steps: [step] });

  const page = await open('ann', DESKTOP);
  const run = await call(page, 'POST', '/v1/runs', { definition: `hostile-${MARK}`, labels: [ALIKE] });
  expect([run.name, run.labels], [NAME, [ALIKE]]);

  await page.goto(`${base}/work?definition=hostile-${MARK}`);
  await harmless(page, 'work');
  await look(page, 'work');
  await page.goto(`${base}/runs?definition=hostile-${MARK}`);
  await harmless(page, 'runs');
  await page.goto(`${base}/runs/${run.id}`);
  await page.getByRole('heading', { level: 1, name: SHOWN }).waitFor();
  await harmless(page, 'a run');
  await page.getByRole('tab', { name: 'Graph' }).click();
  await page.locator('.react-flow__node').first().waitFor();
  await harmless(page, 'its graph');

  // What somebody is writing stays as it is, and comes back as what it is.
  await page.getByRole('tab', { name: 'Notes' }).click();
  const note = page.getByLabel('Note on the run');
  await note.fill(`${SCRIPT} ${BACKWARDS} of ${ALIKE}`);
  expect(await note.inputValue(), `${SCRIPT} ${BACKWARDS} of ${ALIKE}`);
  await page.getByRole('button', { name: 'Keep the note' }).click();
  await page.getByText('invoice[U+202E]fdp.exe of an[U+200B]n').waitFor();
  await harmless(page, 'a note');
  await look(page, 'run');
  const { items } = await call(page, 'GET', `/v1/runs/${run.id}/notes`);
  expect(
    items.map((each) => each.text),
    [`${SCRIPT} ${BACKWARDS} of ${ALIKE}`],
  );

  await call(page, 'POST', `/v1/runs/${run.id}/commands`, { type: 'abort', text: 'Looked at' });
});
