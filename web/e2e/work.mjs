// Ann narrows the list to what is hers, keeps the filters, finds the list opened with them; claims a task, gives one
// command to many after a look at who takes it, and sees what came of each. What is new waits until it is called.
import { DESKTOP, base, call, publish, story } from './harness.mjs';

const DEFECTS = {
  holdfast: 1,
  key: `defects-${Date.now()}`,
  name: 'Defect',
  teams: ['ops'],
  steps: [
    { id: 'look', kind: 'task', title: 'Look at the defect', skippable: true, assign: { users: ['ann'] } },
    {
      id: 'part',
      kind: 'task',
      title: 'Order the part',
      after: [],
      skippable: true,
      assign: { teams: ['ops'] },
    },
    {
      id: 'price',
      kind: 'task',
      title: 'Agree on a price',
      after: [],
      fields: [{ id: 'sum', type: 'money', label: 'Sum', required: true }],
    },
  ],
};

await story('work', async ({ open, look }) => {
  const admin = await open('admin', DESKTOP);
  await publish(admin, DEFECTS);
  const page = await open('ann', DESKTOP);
  const start = () => call(page, 'POST', '/v1/runs', { definition: DEFECTS.key });
  for (let n = 0; n < 4; n += 1) await start();

  // What is mine, by a filter in the address; each of the first buttons says how many it has.
  const mine = `${base}/work?assignee=me&definition=${DEFECTS.key}`;
  await page.goto(`${base}/work`);
  await page.getByText('Mine', { exact: false }).first().click();
  await page.getByRole('button', { name: 'More filters', exact: false }).click();
  const filters = page.getByRole('dialog', { name: 'More filters' });
  await filters.getByRole('combobox', { name: 'Workflow' }).click();
  await page.getByRole('option', { name: 'Defect', exact: true }).first().waitFor();
  await page.keyboard.press('Escape');
  await page.goto(mine);
  const list = page.getByRole('list', { name: 'Tasks' });
  await list
    .getByRole('button', { name: /Look at the defect/ })
    .nth(3)
    .waitFor();
  await look(page, 'list');

  // The filters kept on the server, for the team too, and the list opened with them.
  await page.getByRole('button', { name: 'Saved views' }).click();
  const views = page.getByRole('dialog');
  await views.getByLabel('Save these filters as').fill('My defects');
  await views.getByRole('checkbox', { name: 'Open the list with it' }).check();
  await views.getByRole('button', { name: 'Save', exact: true }).click();
  await views.getByRole('button', { name: /^My defects/ }).waitFor();
  await look(page, 'views');
  await page.keyboard.press('Escape');
  await page.goto(`${base}/work`);
  await page.getByRole('button', { name: 'My defects' }).waitFor();
  await page.waitForURL(/definition=defects/);
  await list
    .getByRole('button', { name: /Look at the defect/ })
    .nth(3)
    .waitFor();

  // What comes meanwhile does not push the rows away.
  await start();
  await page.getByRole('button', { name: '1 new task' }).click();
  await list
    .getByRole('button', { name: /Look at the defect/ })
    .nth(4)
    .waitFor();

  // One of them is completed: the next one is selected.
  await list
    .getByRole('button', { name: /Look at the defect/ })
    .first()
    .click();
  await page.getByRole('heading', { level: 2, name: 'Look at the defect' }).waitFor();
  const first = new URL(page.url()).searchParams.get('task');
  await page.getByRole('button', { name: 'Complete', exact: true }).click();
  await page.waitForFunction((was) => new URL(location.href).searchParams.get('task') !== was, first);
  await page.getByRole('heading', { level: 2, name: 'Look at the defect' }).waitFor();
  await look(page, 'next');

  // A task of the team is claimed.
  await page.goto(`${base}/work?team=mine&definition=${DEFECTS.key}`);
  await list
    .getByRole('button', { name: /Order the part/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Claim', exact: true }).click();
  // Hers now, and no longer the team's: it is gone from this list, at once or while one looks, and stands in her own.
  await list
    .getByRole('button', { name: /Order the part/ })
    .nth(4)
    .waitFor({ state: 'detached' });
  await page.goto(mine);
  await list.getByRole('button', { name: /Order the part/ }).click();
  await page.getByRole('button', { name: 'Give back' }).waitFor();

  // Many at once: a look at who takes it, the reason, what came of each.
  await page.goto(`${base}/work?definition=${DEFECTS.key}&show=all&sort=title`);
  await list
    .getByRole('button', { name: /Agree on a price/ })
    .first()
    .waitFor();
  await page.getByRole('checkbox', { name: 'Pick all shown' }).check();
  await page.getByText('14 picked').waitFor();
  await page.getByRole('button', { name: 'Do with all of them' }).click();
  await page.getByRole('menuitem', { name: 'Skip' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('9 of 14 take this.').waitFor();
  await dialog.getByText('5 are left out').waitFor();
  await dialog.getByLabel('Reason').fill('The product is taken back');
  await look(page, 'bulk');
  await dialog.getByRole('button', { name: 'Skip (9)' }).click();
  await dialog.getByText('9 of 9 done').waitFor();
  await look(page, 'bulk-done');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await list
    .getByRole('button', { name: /Agree on a price/ })
    .nth(4)
    .waitFor();

  // Nothing is left of hers: the page says so, and where there is more.
  await page.goto(`${base}/work?assignee=me&q=nosuchword`);
  await page.getByText('No task has these words.', { exact: false }).waitFor();
  await look(page, 'nothing');

  // Other stories of this Holdfast find the list as everybody does.
  for (const view of (await call(page, 'GET', '/v1/views')).items)
    await call(page, 'DELETE', `/v1/views/${view.id}`);
  await call(admin, 'POST', `/v1/definitions/${DEFECTS.key}/archive`, {});
});
