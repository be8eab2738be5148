// An auditor reads a closed run again, moment by moment, has it proved, takes its history away, and finds in the
// activity log what was refused.
import { DESKTOP, PHONE, base, call, publish, story } from './harness.mjs';

const KEY = `audited-${Date.now()}`;
const DEFINITION = {
  holdfast: 1,
  key: KEY,
  name: 'Audited',
  record: 'demo.orders',
  start: { one_per_record: false },
  steps: [
    {
      id: 'count',
      kind: 'task',
      title: 'Count',
      fields: [{ id: 'n', type: 'number', label: 'How many', required: true }],
    },
    {
      id: 'fix',
      kind: 'update_data',
      title: 'Correct the order',
      execute: 'assisted',
      set: { status: 'open' },
    },
    {
      id: 'way',
      kind: 'decision',
      title: 'Which way',
      options: [
        { id: 'on', label: 'On' },
        { id: 'off', label: 'Off' },
      ],
    },
  ],
};

await story('replay', async ({ open, look }) => {
  const admin = await open('admin', DESKTOP);
  await publish(admin, DEFINITION);
  const run = await happened(await open('ann', DESKTOP), await open('ben', DESKTOP));
  const page = await open('oda', DESKTOP);
  await page.goto(`${base}/runs/${run}?tab=history`);
  await page.getByRole('link', { name: 'Read it again, step by step' }).click();
  await readAgain(page, look);
  await proved(page, look, run);
  await page.setViewportSize(PHONE.viewport);
  await look(page, 'phone');
  await page.setViewportSize(DESKTOP.viewport);
  await logged(page, look, run);
});

/** Ann counts and saves the run, Ben goes on: he changes what is proposed, and one of his clicks comes too late. */
async function happened(ann, ben) {
  const { id: run } = await call(ann, 'POST', '/v1/runs', { definition: KEY, record: 'o3' });
  const give = (who, body) => call(who, 'POST', `/v1/runs/${run}/commands`, body);
  await give(ann, { type: 'complete', step: 'count', output: { n: 7 } });
  await give(ann, { type: 'save', reason: 'Lunch' });
  await give(ben, { type: 'resume' });
  await give(ben, { type: 'complete', step: 'count', output: { n: 8 } }).catch(() => undefined);
  await waiting(ben, run, 'fix');
  await give(ben, { type: 'complete', step: 'fix', output: { status: 'checked' } });
  await waiting(ben, run, 'way');
  await give(ben, { type: 'complete', step: 'way', choice: 'on' });
  return run;
}

async function waiting(page, run, step) {
  for (let tries = 0; tries < 100; tries += 1) {
    const view = await call(page, 'GET', `/v1/runs/${run}`);
    if (view.current.includes(step) && view.status === 'waiting') return;
    await page.waitForTimeout(200);
  }
  throw new Error(`${step} never waited for a person`);
}

async function readAgain(page, look) {
  await page.getByRole('heading', { level: 1, name: /^Replay: / }).waitFor();
  await page.getByText(/^Moment 1 of \d+/).waitFor();
  await page.getByRole('heading', { level: 2, name: 'Run started' }).waitFor();
  // As it was then: nothing was counted yet.
  await page.getByRole('button', { name: /^Count.*to come/ }).waitFor();
  await page.getByRole('button', { name: 'Next moment' }).click();
  await page.getByRole('heading', { level: 2, name: 'Done: Count' }).waitFor();
  await page.getByText('ann', { exact: false }).first().waitFor();
  await page.keyboard.press(']');
  await page.getByRole('heading', { level: 2, name: 'Proposed: Correct the order' }).waitFor();
  await page.keyboard.press(']');
  await page.getByText('Lunch', { exact: true }).waitFor();
  // The step is gone to where something was said of it; what a person changed of the proposal stands there.
  await page.goto(page.url());
  while (!(await page.getByText('What the person changed').count())) {
    await page.getByRole('button', { name: 'Next moment' }).click();
    await page.waitForTimeout(150);
  }
  await page.getByText('open', { exact: true }).first().waitFor();
  await look(page, 'changed');
  await page.getByRole('tab', { name: 'Graph' }).click();
  await page.locator('.react-flow__node').first().waitFor();
  await page.getByRole('button', { name: 'Last moment' }).click();
  await page.getByRole('heading', { level: 2, name: 'Run completed' }).waitFor();
  if (await page.getByRole('button', { name: 'Next moment' }).isEnabled())
    throw new Error('there is more after the end');
  await page.getByRole('button', { name: 'First moment' }).click();
  await page.getByText(/^Moment 1 of /).waitFor();
}

async function proved(page, look, run) {
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText(/^Proved up to event \d+/).waitFor({ timeout: 60_000 });
  await look(page, 'proved');
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export history' }).click();
  const file = (await coming).suggestedFilename();
  if (file !== `${run}.history.json`) throw new Error(`the history came as ${file}`);
}

async function logged(page, look, run) {
  await page.getByRole('link', { name: 'Activity log' }).click();
  await page.getByRole('heading', { level: 1, name: 'Activity log' }).waitFor();
  await page.getByRole('searchbox', { name: 'Id of a run' }).fill(run);
  await page.getByText('refused', { exact: true }).first().waitFor();
  await page
    .getByText('step_not_ready')
    .or(page.getByText('already_', { exact: false }))
    .first()
    .waitFor();
  await look(page, 'log');
}
