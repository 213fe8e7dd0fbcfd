/** Makes the question whether the store takes records. All who ask at a time share one probe. Never rejects. */
export const createReadiness = ({ store, now, maxAgeMs, timeoutMs }) => {
    const probe = async () => {
        let timer;
        const late = new Promise((resolve) => {
            timer = setTimeout(resolve, timeoutMs, false);
        });
        const taken = store.probe().then(() => true, () => false);
        try {
            return await Promise.race([taken, late]);
        }
        finally {
            clearTimeout(timer);
        }
    };
    let asked;
    return () => {
        if (asked && asked.goodUntil > now())
            return asked.answer;
        const current = { answer: probe(), goodUntil: Number.POSITIVE_INFINITY };
        asked = current;
        void current.answer.then(() => {
            current.goodUntil = now() + maxAgeMs;
        });
        return current.answer;
    };
};
