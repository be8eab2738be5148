// An administrator makes a team, a person and a token, which is shown once; changes the person, gives a link to sign in
// with, looks at every register there is, and tries an action out. Who may not has no link to it.
import { DESKTOP, PHONE, base, settled, story } from './harness.mjs';

const NAME = `eva${Date.now() % 100_000}`;

await story('admin', async ({ open, look }) => {
  const ann = await open('ann', DESKTOP);
  if (await ann.getByRole('link', { name: 'Administration' }).count())
    throw new Error('ann has a link to it');
  const page = await open('admin', DESKTOP);
  await page.getByRole('link', { name: 'Administration' }).click();
  await added(page, look);
  await changed(page);
  await token(page, look);
  await everything(page, look);
  await tried(page, look);
  await page.setViewportSize(PHONE.viewport);
  await page.goto(`${base}/admin?of=users`);
  await page.getByRole('rowheader', { name: NAME }).waitFor();
  await look(page, 'phone');
});

async function register(page, name) {
  await page
    .getByRole('navigation', { name: 'Administration' })
    .getByRole('link', { name, exact: true })
    .click();
  await page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
}

async function added(page, look) {
  await register(page, 'People');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const asked = page.getByRole('dialog');
  await asked.getByRole('textbox', { name: 'Id' }).fill('Not An Id');
  await asked.getByRole('textbox', { name: 'Name' }).fill('Eva');
  await asked.getByRole('button', { name: 'Save' }).click();
  // What is wrong stands at its member, and nothing was made.
  await asked.getByRole('textbox', { name: 'Id' }).and(page.locator('[aria-invalid="true"]')).waitFor();
  await look(page, 'refused');
  await asked.getByRole('textbox', { name: 'Id' }).fill(NAME);
  await asked.getByLabel('Roles').fill('operator');
  await asked.getByLabel('Roles').press('Enter');
  await asked.getByLabel('Teams').fill('ops');
  await asked.getByLabel('Teams').press('Enter');
  await asked.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('rowheader', { name: NAME }).waitFor();
}

async function changed(page) {
  const deeds = page.getByRole('button', { name: `What can be done with ${NAME}` });
  await deeds.click();
  await page.getByRole('menuitem', { name: 'Change' }).click();
  const asked = page.getByRole('dialog');
  await asked.getByRole('textbox', { name: 'Name' }).fill('Eva Prins');
  await asked.getByRole('button', { name: 'Save' }).click();
  const row = page.getByRole('row').filter({ hasText: NAME });
  await row.getByRole('cell', { name: 'Eva Prins' }).waitFor();
  await deeds.click();
  await page.getByRole('menuitem', { name: 'A link to sign in with' }).click();
  await page.getByText('This is shown this one time and never again.').waitFor();
  await page.keyboard.press('Escape');
}

async function token(page, look) {
  await register(page, 'Tokens');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const asked = page.getByRole('dialog');
  await asked.getByRole('textbox', { name: 'Name' }).fill(`of ${NAME}`);
  await asked.getByRole('textbox', { name: 'Person' }).fill(NAME);
  await asked.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/^hf_/).waitFor();
  await look(page, 'once');
  await page.keyboard.press('Escape');
  await page.getByText(/^hf_/).waitFor({ state: 'detached' });
  const row = page.getByRole('row').filter({ hasText: `of ${NAME}` });
  await row.getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.waitForFunction(
    (name) =>
      [...document.querySelectorAll('tr')].some(
        (each) => each.textContent?.includes(name) && each.querySelector('time'),
      ),
    `of ${NAME}`,
  );
}

async function everything(page, look) {
  const links = page.getByRole('navigation', { name: 'Administration' }).getByRole('link');
  for (const name of await links.allInnerTexts()) {
    await register(page, name.trim());
    await settled(page);
    await look(page, name.trim().toLowerCase().replaceAll(' ', '-'));
  }
}

/** An action done once, for real: what is missing stands at its field, and what came of it is a run. */
async function tried(page, look) {
  await register(page, 'Actions and workers');
  await page.getByRole('button', { name: 'What can be done with email.send' }).click();
  await page.getByRole('menuitem', { name: 'Try it' }).click();
  const asked = page.getByRole('dialog');
  await asked.getByText('This does it for real', { exact: false }).waitFor();
  await asked.getByLabel('To', { exact: true }).fill('eva@customers.example');
  await asked.getByLabel('To', { exact: true }).press('Enter');
  await asked.getByRole('textbox', { name: 'Subject' }).fill('= record.nothing(');
  await asked.getByRole('textbox', { name: 'Text' }).fill('Hello Eva');
  await asked.getByRole('button', { name: 'Try it' }).click();
  await asked.getByRole('textbox', { name: 'Subject' }).and(page.locator('[aria-invalid="true"]')).waitFor();
  await look(page, 'try');
  await asked.getByRole('textbox', { name: 'Subject' }).fill('A try');
  await asked.getByRole('button', { name: 'Try it' }).click();
  await page.waitForURL(/\/runs\/run-/);
  await page.getByRole('heading', { level: 1, name: 'Try: Send an e-mail' }).waitFor();
  await page.getByText('completed').first().waitFor();
  await look(page, 'tried');
}
