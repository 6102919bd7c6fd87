import { serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject } from '../../../src/platforms/assiny/fields.ts';
import { readTracking } from '../../../src/platforms/assiny/tracking.ts';

const ofLink = (parameters: Record<string, unknown>) => readTracking({ url_parameters: parameters });

describe('readTracking', () => {
  it('prefers the metadata and falls back on the parameters of the link', () => {
    expect(
      readTracking({
        utm_source: 'FB',
        utm_medium: '',
        utm_term: null,
        ip: '192.0.2.10',
        funnel_id: 'f',
        url_parameters: {
          utm_source: 'other',
          utm_medium: 'cpc',
          src: 'bio',
          sck: ' story ',
          utm_id: 120210000000000000,
          ok: true,
        },
      }),
    ).toEqual({
      utm_source: 'FB',
      utm_medium: 'cpc',
      src: 'bio',
      sck: 'story',
      utm_id: '120210000000000000',
      ok: 'true',
    });
  });

  it.each([null, {}, { url_parameters: null }, { url_parameters: 'utm_source=FB' }, { url_parameters: ['a'] }])(
    'is empty for %j',
    (metadata) => {
      expect(readTracking(metadata)).toEqual({});
    },
  );

  it('keeps what advertising systems send', () => {
    const parameters = {
      fbclid: 'IwAR0abc',
      gclid: 'Cj0KCQ',
      trk_src: 'a',
      campaign_name: 'Black Friday | [1.2]',
      adset_name: 'Público 1',
      utm_campaign: '20987654321',
      gad_campaignid: '21987654321',
      utm_medium: 'email',
      page_url: 'https://pagina.example.invalid/?utm_source=FB',
      custom: 'x'.repeat(600),
    };
    expect(ofLink(parameters)).toEqual(parameters);
  });

  it.each([
    ['cpf', '1'],
    ['customerCPF', '1'],
    ['organization_document', '1'],
    ['cnpj', '1'],
    ['email', 'x'],
    ['e-mail', 'x'],
    ['buyerEmail', 'x'],
    ['utm_email', 'x'],
    ['phone', '1'],
    ['phone_number', '1'],
    ['telefone', '1'],
    ['whatsapp', '1'],
    ['name', 'Marina'],
    ['nome', 'Marina'],
    ['nome.completo', 'Marina'],
    ['firstName', 'Marina'],
    ['Endereço', 'Rua'],
    ['utm_content', 'marina@example.invalid'],
    ['utm_content', 'marina%40example.invalid'],
    ['ref', 'de 529.982.247-25'],
    ['utm_term', '52998224725'],
    ['ref', '12.345.678/0001-95'],
    ['ref', '12345678000195'],
    ['sck', '11900000001'],
    ['utm_term', '5511900000001'],
    ['utm_term', '+55 11 90000-0001'],
    ['utm_term', '(11) 90000-0001'],
    ['page_url', 'https://pagina.example.invalid/?a=1&nome=Marina'],
    ['empty', ' '],
    ['long', 'x'.repeat(601)],
    ['list', ['a']],
    ['nested', { a: 'b' }],
    ['nothing', null],
    ['', 'x'],
    ['constructor', 'x'],
  ])('does not copy %s=%j', (key, value) => {
    expect(ofLink({ [key]: value })).toEqual({});
  });

  it('makes keys safe for MongoDB and for JavaScript', () => {
    const parameters = JSON.parse('{"a.b":"1","$set":"2","$$x":"3","n\\u0000ul":"4","__proto__":"5","toString":"6"}');
    const tracking = ofLink(parameters);
    expect(Object.entries(tracking)).toEqual([
      ['a_b', '1'],
      ['_set', '2'],
      ['_x', '3'],
      ['nul', '4'],
      ['toString', '6'],
    ]);
    expect(Object.getPrototypeOf(tracking)).toBe(Object.prototype);
  });

  it('keeps at most 50 keys, the known ones first', () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`key${index}`, 'x']));
    const tracking = ofLink({ ...many, utm_source: 'FB', src: 'bio' });
    expect(Object.keys(tracking)).toHaveLength(50);
    expect(tracking).toMatchObject({ utm_source: 'FB', src: 'bio' });
  });

  it('gives plain short texts that the database can hold, whatever the link said', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', '$a.b', 'utm_source', 'a\0b', '$', '.'));
    const parameters = fc.dictionary(key, fc.jsonValue({ maxDepth: 1 }));
    fc.assert(
      fc.property(parameters, fc.jsonValue(), (link, metadata) => {
        const tracking = readTracking({ ...(isJsonObject(metadata) ? metadata : {}), url_parameters: link });
        for (const [name, value] of Object.entries(tracking)) {
          expect(name).toMatch(/^[^$.][^.]*$/s);
          expect(value.length).toBeGreaterThan(0);
          expect(value.length).toBeLessThanOrEqual(600);
        }
        serialize(tracking, { checkKeys: true });
      }),
      { numRuns: 500 },
    );
  });
});
