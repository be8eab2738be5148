// A technician's visit, from its record to the hand-over, done by clicking; afterwards hours, materials and pictures
// stand in the records.
import { DESKTOP, base, done, expect, shown, story, timed } from './harness.mjs';

const BOOKED = ['hours', 'materials', 'pictures'];
const ORDER = `${base}/records/demo.work_orders/w1`;

await story('work-order', async ({ open, look }) => {
  const page = await open('ann', DESKTOP);
  const before = {};
  for (const name of BOOKED) before[name] = (await rows(page, name)).map((row) => row.id);
  await page.goto(ORDER);
  await page.getByRole('button', { name: /Installation/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Installation' }).waitFor();
  await look(page, 'begun');
  await shown(page, 'Overview');
  await page.getByText('installation at Keizersgracht 1, Amsterdam').waitFor();
  await done(page, 'Overview');
  await done(page, 'History', () => page.getByRole('cell', { name: 'w1', exact: true }).waitFor());
  await timed(page, 'Start travelling', 'Start the clock');
  await timed(page, 'Arrived', 'Stop the clock');
  await done(page, 'Customer', async () => {
    await page.getByText('Hollander Bouw BV').first().waitFor();
    await page.getByLabel('Whom did you meet?').fill('P. Hollander');
  });
  await done(page, 'Work details');
  await done(page, 'Schedule');
  await done(page, 'Resources');
  await done(page, 'Object', async () => {
    await page.getByLabel('Serial number').fill('HP-0042');
    await page.getByLabel('Latitude').fill('52.3731');
    await page.getByLabel('Longitude').fill('4.8922');
    await look(page, 'object');
  });
  await timed(page, 'Start working', 'Start the clock');
  await done(page, 'Safety check', async () => {
    // Nothing filled in: the step stays, and says what it needs.
    await page.getByRole('button', { name: 'Complete', exact: true }).click();
    await page.getByText('This is missing.').first().waitFor();
    await page.getByRole('checkbox', { name: 'Power is off' }).check();
    await page.getByRole('radio', { name: 'Yes' }).check();
    await look(page, 'check');
  });
  await done(page, 'Description of the work', () =>
    page.getByLabel('What did you do?').fill('Heat pump set up.'),
  );
  await done(page, 'Pictures', async () => {
    for (const name of ['Before', 'After']) await picture(page, name);
    await look(page, 'pictures');
  });
  await done(page, 'Materials', () => materials(page, look));
  await done(page, 'Hours', () => hours(page, look));
  await skipped(page, 'Free fields', 'No meter here');
  await done(page, 'Commissioning report', async () => {
    await page.getByLabel('Pressure (bar)').fill('1.8');
    await page.getByRole('radio', { name: 'passed', exact: true }).check();
  });
  await skipped(page, 'Documents', 'None');
  await done(page, 'Memo', () => page.getByLabel('For the office').fill('All well.'));
  await timed(page, 'Stop working', 'Stop the clock');
  await done(page, 'Work status', () => page.getByRole('radio', { name: 'started' }).check());
  await done(page, 'Job completed', () => page.getByRole('radio', { name: 'Yes' }).check());
  await done(page, 'Comment', () => page.getByLabel('What does the customer say?').fill('Warm at last.'));
  await done(page, 'E-mail', async () => {
    await page.getByRole('button', { name: 'Send the mail' }).click();
    await page.getByText('done', { exact: true }).first().waitFor();
  });
  await done(page, 'Signature', () => signed(page, look));
  await shown(page, 'Send');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('completed', { exact: true }).first().waitFor();
  await look(page, 'handed-over');
  await booked(page, before);
});

async function ended(page, title) {
  await page.getByRole('heading', { level: 2, name: title, exact: true }).waitFor({ state: 'detached' });
}

async function skipped(page, title, reason) {
  await shown(page, title);
  await page.getByRole('button', { name: 'Complete', exact: true }).waitFor();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Skip' }).click();
  const asked = page.getByRole('dialog');
  await asked.getByLabel('Reason').fill(reason);
  await asked.getByRole('button', { name: 'Skip' }).click();
  await ended(page, title);
}

/** A picture of the page itself, put in as a file of the device. */
async function picture(page, name) {
  const group = page.getByRole('group', { name });
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    group.getByRole('button', { name: 'Choose pictures' }).click(),
  ]);
  const x = name === 'After' ? 320 : 0;
  const buffer = await page.screenshot({ clip: { x, y: 0, width: 320, height: 240 } });
  await chooser.setFiles({ name: `${name.toLowerCase()}.png`, mimeType: 'image/png', buffer });
  await group.getByLabel(`Caption of ${name.toLowerCase()}.png`).fill(`${name} the work`);
}

async function materials(page, look) {
  await page.getByRole('button', { name: 'Add a row to Used' }).click();
  const first = page.getByRole('group', { name: 'Row 1' });
  await first.getByRole('textbox', { name: 'Material' }).fill('Copper pipe');
  await first.getByRole('textbox', { name: 'Article' }).fill('CU-22');
  await first.getByRole('textbox', { name: 'Count' }).fill('4.5');
  await first.getByRole('radio', { name: 'metre' }).check();
  await page.getByRole('button', { name: 'Add a row to Used' }).click();
  const second = page.getByRole('group', { name: 'Row 2' });
  await second.getByRole('textbox', { name: 'Material' }).fill('Valve');
  await second.getByRole('textbox', { name: 'Count' }).fill('2');
  await second.getByRole('radio', { name: 'piece' }).check();
  await look(page, 'materials');
}

async function hours(page, look) {
  await page.getByRole('button', { name: 'Add a row to Worked' }).click();
  const row = page.getByRole('group', { name: 'Row 1' });
  await row.getByRole('radio', { name: 'waiting' }).check();
  await row.getByLabel('Day').fill('2026-12-01');
  await row.getByRole('textbox', { name: 'Minutes' }).fill('45');
  await look(page, 'hours');
}

/** Drawn with the mouse, with the name typed. */
async function signed(page, look) {
  await page.getByLabel('Name of the signer').fill('P. Hollander');
  const pad = page.getByRole('img', { name: /Sign below/ });
  await pad.scrollIntoViewIfNeeded();
  const at = await pad.boundingBox();
  await page.mouse.move(at.x + 30, at.y + 90);
  await page.mouse.down();
  for (let x = 30; x < 230; x += 10) await page.mouse.move(at.x + x, at.y + 90 + 40 * Math.sin(x / 20));
  await page.mouse.up();
  await page.getByText('Draft saved').waitFor();
  await look(page, 'signature');
}

/** What stands in the sample database for this work order, asked of the API as the page is signed in. */
async function rows(page, collection) {
  return page.evaluate(async (name) => {
    const answer = await fetch(`/v1/sources/demo/collections/${name}/rows?limit=200`);
    return (await answer.json()).items.filter((row) => row.work_order_id === 'w1');
  }, collection);
}

/** The rows that the visit added, per collection. */
async function added(page, before) {
  const found = {};
  for (const name of BOOKED)
    found[name] = (await rows(page, name)).filter((row) => !before[name].includes(row.id));
  return found;
}

async function booked(page, before) {
  const { hours: took, materials: used, pictures } = await added(page, before);
  expect(took.map((row) => row.kind).sort(), ['travel', 'waiting', 'work']);
  expect(took.find((row) => row.kind === 'waiting').minutes, 45);
  expect(used.map((row) => `${row.count} ${row.unit} ${row.item}`).sort(), [
    '2 piece Valve',
    '4.5 metre Copper pipe',
  ]);
  expect(pictures.map((row) => `${row.kind} ${row.caption}`).sort(), [
    'after After the work',
    'before Before the work',
  ]);
}
