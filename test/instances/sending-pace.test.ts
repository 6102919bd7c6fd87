import { describe, expect, it } from 'vitest';
import { addedTo, nextSend, type SendingState, sendingChance } from '../../src/instances/sending-pace.ts';

const NOON = new Date('2026-11-24T15:00:00.000Z');

function state(changes: Partial<SendingState> = {}): SendingState {
  return {
    intervalMilliseconds: 20_000,
    dailyLimit: null,
    hours: null,
    warmUp: null,
    timezone: 'America/Sao_Paulo',
    today: { day: '2026-11-24', count: 0 },
    nextSendAt: NOON,
    restUntil: null,
    ...changes,
  };
}

function noonPlus(milliseconds: number): Date {
  return new Date(NOON.getTime() + milliseconds);
}

describe('the interval', () => {
  it('lets one message leave at a time, exactly when it is over', () => {
    expect(sendingChance(state({ nextSendAt: noonPlus(1) }), NOON)).toEqual({ nextAt: noonPlus(1) });
    expect(sendingChance(state(), NOON)).toEqual({ room: 1 });
  });

  it('counts from when a message could leave, so that small delays do not add up', () => {
    expect(nextSend(state(), noonPlus(0))).toEqual(noonPlus(20_000));
    expect(nextSend(state(), noonPlus(1_000))).toEqual(noonPlus(20_000));
  });

  it('counts from when a message left after a longer delay, so that nothing is sent in a burst', () => {
    expect(nextSend(state(), noonPlus(1_001))).toEqual(noonPlus(21_001));
    expect(nextSend(state(), noonPlus(86_400_000))).toEqual(noonPlus(86_420_000));
  });

  it('is not waited for when it was noted by a clock that has been put back since', () => {
    expect(sendingChance(state({ nextSendAt: noonPlus(3_600_000) }), NOON)).toEqual({ room: 1 });
    expect(nextSend(state({ nextSendAt: noonPlus(3_600_000) }), NOON)).toEqual(noonPlus(20_000));
  });
});

describe('a rest', () => {
  it('is waited for', () => {
    expect(sendingChance(state({ restUntil: noonPlus(5_000) }), NOON)).toEqual({ nextAt: noonPlus(5_000) });
    expect(sendingChance(state({ restUntil: NOON }), NOON)).toEqual({ room: 1 });
  });

  it('is not when it was noted by a clock that has been put back since', () => {
    expect(sendingChance(state({ restUntil: noonPlus(3_600_001) }), NOON)).toEqual({ room: 1 });
  });
});

describe('the day of a limit', () => {
  it('is the one in the instance’s time zone', () => {
    const pace = state({ dailyLimit: 5, today: { day: '2026-11-24', count: 5 } });
    const midnight = new Date('2026-11-25T03:00:00.000Z');
    expect(sendingChance(pace, NOON)).toEqual({ nextAt: midnight });
    expect(sendingChance(pace, midnight)).toEqual({ room: 1 });
  });

  it('does not begin again when the clock or the time zone goes back over midnight', () => {
    const today = { day: '2026-11-25', count: 5 };
    expect(addedTo({ today, timezone: 'America/Sao_Paulo' }, NOON, 1)).toEqual({ day: '2026-11-25', count: 6 });
  });

  it('begins again when it was that of a clock far ahead', () => {
    const today = { day: '2027-11-25', count: 5 };
    expect(addedTo({ today, timezone: 'America/Sao_Paulo' }, NOON, 1)).toEqual({ day: '2026-11-24', count: 1 });
  });

  it('lasts as long as the day does where clocks change', () => {
    const pace = state({
      timezone: 'America/New_York',
      dailyLimit: 5,
      today: { day: '2026-11-01', count: 5 },
      nextSendAt: new Date('2026-11-01T04:00:00.000Z'),
    });
    const nextDay = new Date('2026-11-02T05:00:00.000Z');
    expect(sendingChance(pace, new Date('2026-11-01T04:00:00.000Z'))).toEqual({ nextAt: nextDay });
    expect(sendingChance(pace, new Date(nextDay.getTime() - 1))).toEqual({ nextAt: nextDay });
    expect(sendingChance(pace, nextDay)).toEqual({ room: 1 });
  });
});

describe('working hours', () => {
  it('keep to the wall clock when it changes', () => {
    const hours = { from: '09:00', to: '18:00', days: [1, 2, 3, 4, 5, 6, 7] };
    const pace = state({ timezone: 'America/New_York', hours });
    expect(sendingChance(pace, new Date('2026-10-31T22:00:00.000Z'))).toEqual({
      nextAt: new Date('2026-11-01T14:00:00.000Z'),
    });
    expect(sendingChance(pace, new Date('2026-03-07T23:00:00.000Z'))).toEqual({
      nextAt: new Date('2026-03-08T13:00:00.000Z'),
    });
  });

  it('may go on past midnight, into the day after the one on which they begin', () => {
    // A Saturday and its night.
    const hours = { from: '22:00', to: '06:00', days: [6] };
    const pace = state({ timezone: 'UTC', hours });
    const opening = new Date('2026-10-31T22:00:00.000Z');
    expect(sendingChance(pace, new Date('2026-10-31T21:59:00.000Z'))).toEqual({ nextAt: opening });
    expect(sendingChance(pace, opening)).toMatchObject({ room: expect.any(Number) });
    expect(sendingChance(pace, new Date('2026-11-01T05:59:00.000Z'))).toMatchObject({ room: expect.any(Number) });
    expect(sendingChance(pace, new Date('2026-11-01T06:00:00.000Z'))).toEqual({
      nextAt: new Date('2026-11-07T22:00:00.000Z'),
    });
  });
});
