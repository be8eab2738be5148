// Somebody without an account, on a phone, with JavaScript switched off: a form that was sent to them, with a mistake on
// the way, a row more, and a file; the page that says how things stand; a public form that starts it all. Whatever the
// pages run would be an error: they have no script, and their policy lets none in.
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { PHONE, accessible, base, call, publish, story, until } from './harness.mjs';

const SHOTS = new URL('../screenshots/', import.meta.url);
const KEY = 'onboarding-outside';
const DOCUMENT = {
  holdfast: 1,
  key: KEY,
  name: 'Your onboarding',
  teams: ['ops'],
  start: {
    triggers: [
      { type: 'manual' },
      { type: 'journey', fields: [{ id: 'company', type: 'text', label: 'Firma', required: true }] },
    ],
    fallback_inbox: 'leads',
  },
  inputs: [{ id: 'company', type: 'text', required: true }],
  steps: [
    {
      id: 'papers',
      kind: 'journey',
      title: 'Your documents',
      description: 'We need these **once**. [What for?](https://example.org)',
      fields: [
        { id: 'name', type: 'text', label: 'Company name', required: true },
        { id: 'mail', type: 'email', label: 'E-mail', help: 'Where we *answer*.' },
        {
          id: 'size',
          type: 'choice',
          label: 'Size',
          options: [
            { id: 's', label: 'Small' },
            { id: 'l', label: 'Large' },
          ],
        },
        { id: 'what', type: 'checklist', label: 'You sell', options: ['Bolts', 'Nuts'] },
        { id: 'vat', type: 'boolean', label: 'Registered for VAT', required: true },
        { id: 'turnover', type: 'money', label: 'Turnover', min: 1000 },
        { id: 'since', type: 'date', label: 'Founded' },
        { id: 'meet', type: 'datetime', label: 'When may we call' },
        { id: 'where', type: 'location', label: 'Where you are' },
        { id: 'rules', type: 'info', label: 'Rules', help: 'We keep this for *ten* years.' },
        {
          id: 'owners',
          type: 'table',
          label: 'Owners',
          fields: [
            { id: 'who', type: 'text', label: 'Name', required: true },
            { id: 'share', type: 'number', label: 'Share in %', max: 100 },
          ],
        },
        { id: 'extract', type: 'file', label: 'Extract of the register' },
        { id: 'photos', type: 'pictures', label: 'Pictures' },
        { id: 'sign', type: 'signature', label: 'Signature', required: true },
      ],
      audience: { customer: { label: 'Your documents' } },
    },
    {
      id: 'bank',
      kind: 'task',
      title: 'Enter the account',
      fields: [{ id: 'iban', type: 'text', label: 'IBAN', required: true }],
      audience: {
        customer: { label: 'Your bank account', description: 'Where we pay to.', can_complete: true },
      },
    },
    { id: 'check', kind: 'task', title: 'Look for fraud' },
  ],
};

/** A page on the phone of somebody else, which runs no script. */
async function phone(browser, locale) {
  const context = await browser.newContext({ ...PHONE, javaScriptEnabled: false, locale });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return page;
}

await story('journey', async ({ open }) => {
  const admin = await open('admin');
  const made = await publish(admin, DOCUMENT);
  const ann = await open('ann');
  const run = (await call(ann, 'POST', '/v1/runs', { definition: KEY, inputs: { company: 'Bolt' } })).id;
  const path = await until(async () => (await call(ann, 'GET', `/v1/runs/${run}/steps/papers`)).link_path);

  const wrong = [];
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const page = await phone(browser, 'en-GB');
  const judge = await (await browser.newContext(PHONE)).newPage();
  const see = async (shot, seen = page) => {
    mkdirSync(SHOTS, { recursive: true });
    // axe is a script, so what was shown without any is judged where one may run.
    const html = await seen.content();
    await judge.unrouteAll();
    await judge.route('**/public/seen', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await judge.goto(`${base}/public/seen`);
    for (const scheme of ['light', 'dark']) {
      await judge.emulateMedia({ colorScheme: scheme });
      wrong.push(...(await accessible(judge)).map((found) => `${shot}, ${scheme}: ${found}`));
      await seen.emulateMedia({ colorScheme: scheme });
      await seen.screenshot({
        path: new URL(`journey-${shot}-${scheme}.png`, SHOTS).pathname,
        fullPage: true,
      });
    }
    const wide = await judge.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (wide > 0) wrong.push(`${shot}: ${wide} pixels wider than the phone`);
  };
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) wrong.push(message.text());
  });

  await page.goto(`${base}${path}`);
  await page.getByRole('heading', { level: 1, name: 'Your documents' }).waitFor();
  await see('form');
  await page.getByLabel('Company name').fill('Bolt BV');
  await page.getByLabel('Turnover').fill('12');
  await page.getByLabel(/^Name/).first().fill('Sam');
  await page
    .getByLabel(/^Share/)
    .first()
    .fill('140');
  await page.getByLabel('Extract of the register').setInputFiles({
    name: 'extract.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.7 extract'),
  });
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByText('Files you sent already').waitFor();
  await see('mistakes');
  await page
    .getByRole('alert')
    .getByRole('link', { name: /^Turnover/ })
    .click();
  await page.getByLabel('Turnover').fill('12,000');
  await page.getByRole('group', { name: 'Registered for VAT' }).getByLabel('Yes').check();
  await page
    .getByLabel(/^Share/)
    .first()
    .fill('40');
  await page.getByRole('button', { name: 'Add a row' }).click();
  await page.getByRole('group', { name: 'Row 2' }).getByLabel(/^Name/).fill('Kim');
  await page.getByRole('group', { name: 'Size' }).getByLabel('Large').check();
  await page.getByRole('group', { name: 'You sell' }).getByLabel('Nuts').check();
  await page.getByLabel('Signature').fill('Sam Bolt');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  await see('thanks');
  await page.goto(`${base}${path}`);
  await page.getByRole('heading', { name: 'This link does not lead anywhere' }).waitFor();
  await see('gone');
  const papers = await call(ann, 'GET', `/v1/runs/${run}/steps/papers`);
  const told = JSON.stringify([
    papers.via,
    papers.output.turnover,
    papers.output.owners,
    papers.output.vat,
    papers.output.what,
  ]);
  if (
    told !== JSON.stringify(['journey', 12000, [{ who: 'Sam', share: 40 }, { who: 'Kim' }], true, ['Nuts']])
  )
    throw new Error(`other answers than were given: ${told}`);
  if (papers.output.extract.name !== 'extract.pdf')
    throw new Error('the file is not the one that was chosen');

  const progress = await call(ann, 'POST', `/v1/runs/${run}/links`, { audience: 'customer' });
  await page.goto(`${base}${progress.link_path}`);
  await page.getByRole('heading', { level: 1, name: 'Your onboarding' }).waitFor();
  if (await page.getByText('fraud').count())
    throw new Error('a customer sees what is not meant for customers');
  await see('progress');
  await page.getByRole('link', { name: /Open the form/ }).click();
  await page.getByLabel('IBAN').fill('NL91 ABNA');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  await until(async () => (await call(ann, 'GET', `/v1/runs/${run}`)).current.includes('check'));

  const form = new URL(made.hooks.find((hook) => hook.type === 'journey').url).pathname;
  const german = await phone(browser, 'de-DE');
  await german.goto(`${base}${form}`);
  await german.getByLabel('Firma').fill('Mutter GmbH');
  await see('public', german);
  await german.getByRole('button', { name: 'Senden' }).click();
  await german.getByRole('heading', { name: 'Vielen Dank' }).waitFor();
  const runs = (await call(ann, 'GET', `/v1/runs?definition=${KEY}`)).items;
  if (runs.length !== 2) throw new Error(`${runs.length} runs, and not one more`);
  await browser.close();
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
});
