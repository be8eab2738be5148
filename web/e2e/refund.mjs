// A lead approves the refund that `make run` left waiting, by clicking, and sees it through.
import { DESKTOP, PHONE, story } from './harness.mjs';

await story('refund', async ({ open, look }) => {
  const page = await open('lea', DESKTOP);
  await page
    .getByText(/^All open/)
    .first()
    .click();
  // Of a long list only the rows in sight are drawn, and what has no due date stands in no order she could know.
  await page.getByRole('searchbox', { name: 'Search' }).fill('Approve the refund');
  await page
    .getByRole('button', { name: /Approve the refund/ })
    .first()
    .click();
  await look(page, 'work');
  await page.getByRole('link', { name: /Whole run/ }).click();
  await page.getByRole('heading', { level: 1, name: /Customer refund/ }).waitFor();
  await page.getByRole('button', { name: 'Copy geral@santos.example' }).first().waitFor();
  await look(page, 'run');
  await page.getByRole('tab', { name: 'Graph' }).click();
  await page.locator('.react-flow__node').first().waitFor();
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText(/Run started/).waitFor();
  await page.getByRole('radio', { name: 'grant' }).check();
  await page.getByRole('button', { name: 'Complete' }).click();
  await page.getByText('completed').first().waitFor();
  await look(page, 'done');

  await page.getByRole('link', { name: 'Runs' }).click();
  await page
    .getByRole('link', { name: /Customer refund/ })
    .first()
    .waitFor();
  await look(page, 'runs');
  await page.getByRole('link', { name: 'Records' }).click();
  await page.getByText('Orders', { exact: true }).first().click();
  await page.getByRole('row').nth(1).waitFor();
  await look(page, 'records');

  const phone = await open('ann', PHONE);
  await look(phone, 'phone-work');
});
