import { deliveryOf, factsOf, payloadOf, redeliveryOf } from './assiny-delivery.ts';
import { garbage } from './garbage.ts';
import { panelTests } from './panel-tests.ts';
import type { PlannedDelivery } from './planned-delivery.ts';
import { DAY, FAILING_CARDS, LAUNCH, type Mix, type Telling } from './purchase-stories.ts';
import { chance, freshIds, pickOne, pickWeighted, seededRandom } from './seeded-random.ts';
import { createShop, type Shop } from './shop.ts';

export const SCENARIOS = [
  'launch',
  'day',
  'failing-cards',
  'redeliveries',
  'out-of-order',
  'panel-tests',
  'garbage',
  'all',
] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export interface PlanOptions {
  scenario: ScenarioName;
  /** How many requests. */
  count: number;
  /** Requests a second. */
  rate: number;
  seed: number;
  startedAt: Date;
}

/** A delivery and when in the run it goes out, from 0 (the beginning) to 1 (the end). */
interface Placed {
  position: number;
  delivery: PlannedDelivery;
}

interface Stage {
  shop: Shop;
  /** The moment of a position in the run. */
  momentOf(position: number): Date;
}

type Planner = (stage: Stage, count: number) => Placed[];

const MINUTE_MILLISECONDS = 60_000;
/** How much of the rest of a run lies, at most, between two events of one story. */
const LONGEST_GAP = 0.3;
const TOGETHER_PROBABILITY = 0.4;

function storiesOf(stage: Stage, mix: Mix, count: number): Telling[][] {
  const stories: Telling[][] = [];
  for (let left = count; left > 0; ) {
    const story = pickWeighted(stage.shop.random, mix)(stage.shop).slice(0, left);
    stories.push(story);
    left -= story.length;
  }
  return stories;
}

/** The deliveries of a story, whose last event happens when it is sent and whose other events lie as long before it as the story says. */
function placeStory({ shop, momentOf }: Stage, story: readonly Telling[]): Placed[] {
  let position = shop.random();
  const positions = story.map((_, index) => {
    if (index > 0) position += (1 - position) * LONGEST_GAP * shop.random();
    return position;
  });
  const endsAt = momentOf(position).getTime();
  const lastMinute = story.at(-1)?.minute ?? 0;
  const timeOf = (minute: number) => new Date(endsAt - (lastMinute - minute) * MINUTE_MILLISECONDS);
  return story.map((telling, index) => {
    const facts = factsOf(telling, timeOf);
    return {
      position: positions[index] ?? position,
      delivery: deliveryOf(facts, payloadOf(facts, telling.cartForm, shop.random)),
    };
  });
}

function stories(mix: Mix): Planner {
  return (stage, count) => storiesOf(stage, mix, count).flatMap((story) => placeStory(stage, story));
}

/** Told once more: together with the first time, or at any time afterwards. */
function placeRedelivery({ random }: Shop, { position, delivery }: Placed): Placed {
  const again = redeliveryOf(delivery, random);
  if (chance(random, TOGETHER_PROBABILITY)) return { position, delivery: { ...again, withPrevious: true } };
  return { position: position + (1 - position) * random(), delivery: { ...again, withPrevious: false } };
}

/** @param share of the requests that only repeat another one */
function withRedeliveries(planner: Planner, share: number): Planner {
  return (stage, count) => {
    const placed = planner(stage, count - Math.floor(count * share));
    const first = [...placed];
    while (placed.length < count) placed.push(placeRedelivery(stage.shop, pickOne(stage.shop.random, first)));
    return placed;
  };
}

const outOfOrder: Planner = (stage, count) =>
  withRedeliveries(stories(DAY), 0.1)(stage, count).map(({ delivery }) => ({
    position: stage.shop.random(),
    delivery: { ...delivery, withPrevious: chance(stage.shop.random, TOGETHER_PROBABILITY) },
  }));

const panel: Planner = ({ shop, momentOf }, count) =>
  panelTests(shop, count, momentOf(0)).map((delivery) => ({ position: shop.random(), delivery }));

const rubbish: Planner = ({ shop, momentOf }, count) =>
  Array.from({ length: count }, () => {
    const position = shop.random();
    return { position, delivery: garbage(shop, momentOf(position)) };
  });

const SEPARATE: Record<Exclude<ScenarioName, 'all'>, Planner> = {
  launch: stories(LAUNCH),
  day: withRedeliveries(stories(DAY), 0.03),
  'failing-cards': stories(FAILING_CARDS),
  redeliveries: withRedeliveries(stories(DAY), 0.5),
  'out-of-order': outOfOrder,
  'panel-tests': panel,
  garbage: rubbish,
};

const everything: Planner = (stage, count) => {
  const planners = Object.values(SEPARATE);
  return planners.flatMap((planner, index) => {
    const share = Math.floor(((index + 1) * count) / planners.length) - Math.floor((index * count) / planners.length);
    return planner(stage, share);
  });
};

/** The requests of a run in the order in which they go out; the same ones for the same options. */
export function planDeliveries(options: PlanOptions): PlannedDelivery[] {
  const { scenario, count, rate, seed, startedAt } = options;
  const shop = createShop({
    random: seededRandom(seed),
    newId: freshIds(seed, startedAt),
    // A launch is in reais; what a shop sells on other days may not be.
    foreign: scenario !== 'launch',
  });
  const momentOf = (position: number) => new Date(startedAt.getTime() + Math.round((position * count * 1_000) / rate));
  const plan = scenario === 'all' ? everything : SEPARATE[scenario];
  const placed = plan({ shop, momentOf }, count);
  return placed.sort((left, right) => left.position - right.position).map(({ delivery }) => delivery);
}
