/** How long giving back what is in hand may take after the grace is over, ms. */
export const giveBackMsMax = 5_000;
