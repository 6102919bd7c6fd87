import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { phoneToE164 } from '../../src/text/phone.ts';

describe('phoneToE164', () => {
  it.each([
    // A mobile number, however it is written.
    ['+5511900000001', '+5511900000001'],
    ['+55 (11) 9 0000-0001', '+5511900000001'],
    ['5511900000001', '+5511900000001'],
    ['11900000001', '+5511900000001'],
    ['(11)90000-0001', '+5511900000001'],
    ['011900000001', '+5511900000001'],
    ['015 11 90000-0001', '+5511900000001'],
    ['+55 011 90000-0001', '+5511900000001'],
    ['0055 11 90000-0001', '+5511900000001'],
    ['  11 90000 0001 ', '+5511900000001'],
    // The ninth digit.
    ['1190000001', '+5511990000001'],
    ['1180000001', '+5511980000001'],
    ['1170000001', '+5511970000001'],
    ['1160000001', '+5511960000001'],
    ['551190000001', '+5511990000001'],
    ['+55 11 9000-0001', '+5511990000001'],
    ['0055 11 9000-0001', '+5511990000001'],
    // Area code 55 is not the country code.
    ['55999990001', '+5555999990001'],
    ['5599990001', '+5555999990001'],
    ['5555999990001', '+5555999990001'],
    ['555599990001', '+5555999990001'],
    // Landlines have eight digits.
    ['1132345678', '+551132345678'],
    ['+55 11 3234-5678', '+551132345678'],
    ['551152345678', '+551152345678'],
    // Other countries.
    ['+351 912 345 678', '+351912345678'],
    ['+1 (202) 555-0123', '+12025550123'],
  ])('%s is %s', (written, number) => {
    expect(phoneToE164(written)).toBe(number);
  });

  it.each([
    '',
    '0',
    '+55',
    'não tenho',
    '900000001', // no area code
    '20900000001', // no such area code
    '119000000011', // a digit too many
    '+55119000000011',
    '1100000000',
    '08001234567', // nobody's phone
    '03001234567',
    '351912345678', // not Brazilian, and no + to say so
    '11 90000-0001 ramal 3',
  ])('%j is no phone', (written) => {
    expect(phoneToE164(written)).toBeNull();
  });

  it('gives E.164 or null for any text, and leaves its own result alone', () => {
    const numberLike = fc.string({ unit: fc.constantFrom(...'0123456789+-() '), maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(fc.string(), numberLike), (written) => {
        const number = phoneToE164(written);
        if (number !== null) {
          expect(number).toMatch(/^\+\d{8,15}$/);
          expect(phoneToE164(number)).toBe(number);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
