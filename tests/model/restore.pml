/* One author's journal through flushes, crashes, power cuts and restored backups; two partners.
 *
 * Stands for  replication/core_flush.c  sign, store, then say: P-44
 *             replication/core_link.c   a HELLO that shows more of our journal: P-69
 *             the guard file and the state RESTORED: docs/architecture.md, "What a crash can lose"
 *
 * A journal is its size and one content bit for each leaf, so that "another history" is another
 * bit. Every action below is one step; all orders of all actions are searched.
 *
 * Taken for granted
 *   A1  a backup that is put back is older than the last sync of the guard, unless nothing was
 *       sent since it was made
 *   A2  a frame that was on its way when the author went down is read before its next HELLO, or
 *       never
 *   A3  partners keep what they hold (a partner that was itself put back is not looked at)
 *
 * Planted faults, each by -D; run.py wants every one of them found:
 *   SEND_EARLY       a checkpoint is sent when it is signed, before it is stored
 *   NO_GUARD         the guard is not looked at when the node starts
 *   GUARD_LATE       the guard is written after sending, not before
 *   TRUST_STALE      a guard that may have lost its last second in a power cut counts as intact
 *   GUARD_UNSYNCED   a guard found ahead is not synced before the tail is fetched
 *   FORGET_DOUBT     that all partners must be asked is forgotten when the node is started again
 *   ONE_IS_ENOUGH    with the guard missing, one answer is enough
 *   LEAVE_EARLY      RESTORED is left before the tail that a partner showed is there
 *   DEAF             what a HELLO shows is not compared with the own journal
 *   FLUSH_IN_DOUBT   RESTORED does not stop the flush
 *   ANSWER_EARLY     a writer is answered before its entry is stored
 * and goals that must be reached, so that no proof is empty:
 *   REACH_FETCHED REACH_ALL_ASKED REACH_FORK REACH_STOPPED */

#define LEAVES 3
#define PARTNERS 2
#define CRASHES 2
#define RESTORES 1

mtype = { DOWN, NORMAL, RESTORED, STOPPED } /* STOPPED: only a new incarnation goes on */
mtype = { IDLE, SIGNED, STORING }
mtype = { INTACT, MISSING }

#define LOW(bits, size) ((bits) & ((1 << (size)) - 1))
#define SAME(a, b, size) (LOW(a, size) == LOW(b, size))

mtype node = NORMAL;
mtype flush = IDLE;
bit fresh;                    /* content of the leaf that is being flushed */
byte log_size, log_bits;      /* durable */
byte backup_size, backup_bits;
bool has_backup;

mtype guard = INTACT;         /* as the node finds it */
byte guard_size, guard_bits;  /* as written: survives kill -9 */
byte synced_size;             /* so much of it survives a power cut */
bool is_stale;                /* the machine went down since the guard was closed in order */

byte held_size[PARTNERS], held_bits[PARTNERS]; /* of this journal, at each partner */
bool heard[PARTNERS];         /* its HELLO came in this run */
byte shown_size[PARTNERS];    /* and showed so much */
bool needs_all;               /* to leave RESTORED */
bool in_doubt;                /* the same, written beside the guard: outlives the process */

byte crashes, restores;

/* Only looked at, never acted on. */
byte sent0, sent1;            /* positions that anybody was shown with content 0, with content 1 */
byte answered_size, answered_bits; /* what writers were told is safe */
bool was_restored;            /* an old copy was put back, once at least */
bool was_rolled;              /* and the guard with it, to the same age */

#define is_forked ((sent0 & sent1) != 0)

inline write_guard(size, bits)
{
    if
    :: size > guard_size || guard == MISSING -> guard_size = size; guard_bits = LOW(bits, size)
    :: else
    fi;
    guard = INTACT
}

/* A partner learns of this journal. It takes only what extends what it holds: P-65, P-68. */
inline tell(partner, size, bits)
{
    d_step {
        /* No second history, but after the whole machine went back and nobody heard knows more. */
        assert(((sent0 & LOW(bits, size)) == 0 &&
                (sent1 & LOW(~(bits), size)) == 0) || was_rolled);
        assert(shown_size[0] <= size && shown_size[1] <= size);
        sent1 = sent1 | LOW(bits, size);
        sent0 = sent0 | LOW(~(bits), size);
        if
        :: size > held_size[partner] && SAME(bits, held_bits[partner], held_size[partner]) ->
            held_size[partner] = size;
            held_bits[partner] = LOW(bits, size)
        :: else
        fi
    }
}

inline doubt()
{
    needs_all = true;
#ifndef FORGET_DOUBT
    in_doubt = true
#endif
}

inline start()
{
    flush = IDLE;
    heard[0] = false; heard[1] = false;
    shown_size[0] = 0; shown_size[1] = 0;
    needs_all = in_doubt;
    node = (in_doubt -> RESTORED : NORMAL);
#ifndef NO_GUARD
    if
    :: guard == MISSING -> node = RESTORED; doubt()
    :: guard == INTACT && guard_size > log_size ->
        node = RESTORED;
#ifndef TRUST_STALE
        if
        :: is_stale -> doubt()
        :: else
        fi
#endif
    :: guard == INTACT && guard_size <= log_size && !SAME(log_bits, guard_bits, guard_size) ->
        node = STOPPED
    :: else
    fi;
#endif
    if
    :: node == NORMAL -> is_stale = false; write_guard(log_size, log_bits)
#ifndef GUARD_UNSYNCED
    :: node == RESTORED -> synced_size = guard_size /* what we rely on must not be lost now */
#endif
    :: else
    fi
}

inline stop()
{
    node = STOPPED;
    flush = IDLE;
    fresh = 0
}

/* The HELLO of a partner: how much it holds of our journal, and with which root. */
inline hear(partner)
{
    heard[partner] = true;
    shown_size[partner] = (held_size[partner] > log_size -> held_size[partner] : 0);
#ifndef DEAF
    if
    :: held_size[partner] > log_size && SAME(log_bits, held_bits[partner], log_size) &&
       node != STOPPED ->
        node = RESTORED;
        if
        :: guard == MISSING || held_size[partner] > guard_size -> doubt()
        :: else /* the guard is right: one answer will do */
        fi;
        if
        :: flush == SIGNED -> flush = IDLE; fresh = 0 /* what is being stored cannot be called back */
        :: else
        fi
    :: !SAME(log_bits, held_bits[partner],
             (held_size[partner] < log_size -> held_size[partner] : log_size)) ->
        stop()
    :: else
    fi
#endif
}

/* The own tail, back from a partner, checked against the own signature. */
inline fetch(partner)
{
    if
    :: SAME(log_bits, held_bits[partner], log_size) ->
        log_size = held_size[partner];
        log_bits = held_bits[partner];
    :: else -> stop()
    fi
}

#define has_reached_guard (guard == MISSING || log_size >= guard_size)
#define has_reached(partner) (!heard[partner] || log_size >= shown_size[partner])
#define extends(partner) \
    (!heard[partner] || SAME(log_bits, held_bits[partner], shown_size[partner]))
#define has_asked (needs_all -> heard[0] && heard[1] : heard[0] || heard[1])

inline leave()
{
    if
    :: (guard == INTACT && !SAME(log_bits, guard_bits, guard_size)) ||
       !extends(0) || !extends(1) -> stop()
    :: else ->
        node = NORMAL;
        is_stale = false;
        shown_size[0] = 0; shown_size[1] = 0;
        write_guard(log_size, log_bits);
#ifdef REACH_FETCHED
        assert(!was_restored || guard_size <= backup_size);
#endif
#ifdef REACH_ALL_ASKED
        assert(!needs_all);
#endif
        needs_all = false;
        in_doubt = false
    fi
}

/* kill -9, or the power: what is being stored is there or not. */
inline go_down(is_power_cut)
{
    crashes++;
    if
    :: flush == STORING ->
        if
        :: log_bits = log_bits | (fresh << log_size); log_size++
        :: skip
        fi
    :: else
    fi;
    flush = IDLE;
    fresh = 0;
    node = DOWN;
    if
    :: is_power_cut && guard == INTACT ->
        guard_size = synced_size; guard_bits = LOW(guard_bits, synced_size); is_stale = true
    :: else
    fi
}

inline put_back()
{
    restores++;
    was_restored = true;
    answered_size = 0; answered_bits = 0;
    log_size = backup_size;
    log_bits = backup_bits
}

#define is_up (node == NORMAL || node == RESTORED || node == STOPPED)
#define sent_beyond_backup (((sent0 | sent1) >> backup_size) != 0)

active proctype world()
{
    byte partner;
    start();
    do
    /* ---- the flush, in its order: P-44 ---- */
    :: atomic {
#ifdef FLUSH_IN_DOUBT
        (node == NORMAL || node == RESTORED) &&
#else
        node == NORMAL &&
#endif
        flush == IDLE && log_size < LEAVES ->
        if :: fresh = 0 :: fresh = 1 fi;
        flush = SIGNED
#ifdef SEND_EARLY
        ;
        if
        :: heard[0] -> tell(0, log_size + 1, (log_bits | (fresh << log_size)))
        :: skip
        fi
#endif
#ifdef ANSWER_EARLY
        ;
        answered_size = log_size + 1; answered_bits = log_bits | (fresh << log_size)
#endif
       }
    :: atomic { flush == SIGNED -> flush = STORING }
    :: atomic { flush == STORING -> /* stored: now it may be said */
        log_bits = log_bits | (fresh << log_size);
        log_size++;
        flush = IDLE;
        fresh = 0;
#ifndef GUARD_LATE
        write_guard(log_size, log_bits);
#endif
        if
        :: !was_restored -> answered_size = log_size; answered_bits = log_bits
        :: else
        fi
       }
#ifdef GUARD_LATE
    :: atomic { node == NORMAL && guard_size < log_size -> write_guard(log_size, log_bits) }
#endif
    :: d_step { is_up && guard == INTACT && synced_size < guard_size -> /* once a second */
        synced_size = guard_size }

    /* ---- links ---- */
    :: atomic { is_up ->
        if :: partner = 0 :: partner = 1 fi;
        !heard[partner];
        hear(partner);
        partner = 0
       }
    :: atomic { node == NORMAL && (heard[0] || heard[1]) ->
        if :: heard[0] -> partner = 0 :: heard[1] -> partner = 1 fi;
        held_size[partner] < log_size;
        tell(partner, log_size, log_bits);
        partner = 0
       }
    :: atomic { node == RESTORED && (heard[0] || heard[1]) ->
        if :: heard[0] -> partner = 0 :: heard[1] -> partner = 1 fi;
        held_size[partner] > log_size;
        fetch(partner);
        partner = 0
       }
    :: d_step { held_size[0] > held_size[1] && SAME(held_bits[0], held_bits[1], held_size[1]) ->
        held_size[1] = held_size[0]; held_bits[1] = held_bits[0] } /* partners relay: P-67 */
    :: d_step { held_size[1] > held_size[0] && SAME(held_bits[0], held_bits[1], held_size[0]) ->
        held_size[0] = held_size[1]; held_bits[0] = held_bits[1] }
    :: atomic { node == RESTORED && flush == IDLE && has_reached_guard &&
#ifdef ONE_IS_ENOUGH
        (heard[0] || heard[1]) &&
#else
        has_asked &&
#endif
#ifndef LEAVE_EARLY
        has_reached(0) && has_reached(1) &&
#endif
        true -> leave()
       }

    /* ---- trouble ---- */
    :: atomic { is_up && crashes < CRASHES -> go_down(false) }
    :: atomic { is_up && crashes < CRASHES -> go_down(true) }
    :: atomic { is_up && flush == IDLE && crashes < CRASHES -> /* stopped in order */
        crashes++; synced_size = guard_size; node = DOWN }
    :: atomic { node == DOWN -> start() }

    /* ---- operators ---- */
    :: d_step { is_up && !has_backup ->
        has_backup = true;
        backup_size = log_size; backup_bits = log_bits }
    :: atomic { node == DOWN && has_backup && restores < RESTORES &&
        (guard == MISSING || synced_size > backup_size || !sent_beyond_backup) -> /* A1 */
        put_back() }
    :: atomic { node == DOWN && has_backup && restores < RESTORES -> /* the guard is lost, too */
        put_back(); guard = MISSING; in_doubt = false; guard_size = 0; guard_bits = 0; synced_size = 0 }
    :: atomic { node == DOWN && has_backup && restores < RESTORES -> /* the whole machine */
        put_back(); was_rolled = true; is_stale = false; guard = INTACT;
        in_doubt = false; /* the guard file goes back as it was, with all that it says */
        guard_size = backup_size; guard_bits = backup_bits; synced_size = backup_size }
    od
}

#define is_signing_behind(partner) (heard[partner] && shown_size[partner] > log_size && \
                                flush == SIGNED)

/* Two histories are shown only where the guard went back together with the log. */
ltl one_history { [] (!is_forked || was_rolled) }

/* Whoever heard of more than it holds says nothing in its own name. */
ltl silent_in_doubt { [] (!(is_signing_behind(0) || is_signing_behind(1))) }

/* What was answered is there, whatever crashed: unless an old copy was put back. */
ltl answered_stays { [] (was_restored || (log_size >= answered_size &&
    SAME(log_bits, answered_bits, answered_size))) }

#ifdef REACH_FORK
ltl reach { [] !is_forked }
#endif
#ifdef REACH_STOPPED
ltl reach { [] (node != STOPPED) }
#endif
