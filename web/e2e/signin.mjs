// In by name and password, out again, and the words for what is wrong; a session that ends asks for who one is, where
// one is. Demo people are one click away; they are there under `make run` only.
import { DESKTOP, base, call, story } from './harness.mjs';

const PASSWORD = 'correct horse of vic';

await story('signin', async ({ open, look }) => {
  const vic = await open('vic', DESKTOP);
  await call(vic, 'PUT', '/v1/me/password', { old: PASSWORD, new: PASSWORD });
  await vic.getByRole('button', { name: 'Vic' }).click();
  await look(vic, 'settings');
  await vic.getByRole('button', { name: 'Sign out' }).click();
  await vic.getByRole('heading', { name: 'Sign in to Holdfast' }).waitFor();

  const page = await open('nobody', DESKTOP);
  await page.goto(`${base}/runs?status=waiting`);
  const name = page.getByLabel('Name');
  const password = page.getByRole('textbox', { name: 'Password' });
  await name.fill('vic');
  await password.fill('not this one');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').getByText('Name or password is wrong.').waitFor();
  await look(page, 'wrong');
  await password.fill(PASSWORD);
  await password.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
  if (!page.url().endsWith('/runs?status=waiting'))
    throw new Error(`not where one wanted to go: ${page.url()}`);

  // The cookie is gone, as after a night: the page asks who one is, and then goes on where it stood.
  await page.context().clearCookies();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in to Holdfast' }).waitFor();
  await page.getByRole('button', { name: /^vic\b/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
  await page.getByRole('button', { name: /^Notices/ }).click();
  await page.getByText('Nothing happened that you should know.').waitFor();
  await look(page, 'notices');
});
