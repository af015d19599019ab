/* A partner is recognised, linked, renewed and removed: country A, its partner B, and C, which is
 * a partner of both and holds what A writes for all three.
 *
 * Stands for  replication/core_trust.c    documents, recognition, FORGET: P-12, P-13
 *             replication/trust/roster.c  which document follows which
 *             replication/core_link.c     who may be linked: P-60, P-62
 *             replication/core_serve.c    who may be served: P-63, P-67
 *             replication/core_own.c      feed.close: P-36
 *
 * A feed is its number of entries; an entry that was written after the removal had been
 * acknowledged is marked late. All orders of all actions are searched: documents with their
 * serials come in any order, from anywhere; A may crash at any moment.
 *
 * Taken for granted: C serves B for ever (it goes on recognising B), and a frame that was sent
 * before a link ended may still arrive.
 *
 * Planted faults, each by -D; run.py wants every one of them found:
 *   ANY_SERIAL       a document that is older than the one held replaces it
 *   KEEP_LINK        a link whose key is not in the newest document stays
 *   KEEP_REMOVED     the link of a country that is removed stays
 *   ONE_SIDED        a link is made though the other side does not recognise us
 *   NO_CLOSE         a removal closes no feed
 *   CLOSE_LATER      a removal closes feeds some time after it was acknowledged
 *   ACK_EARLY        a removal is acknowledged before it is stored
 *   TWO_BATCHES      recognition and the closed feeds are stored one after the other, and the
 *                    removal is acknowledged after the first
 *   SERVE_STRANGERS  a feed is served to somebody who is no member
 * and goals that must be reached, so that no proof is empty:
 *   REACH_RELAYED REACH_AFTER REACH_RENEWED */

#define ENTRIES 3
#define SERIALS 3
#define CRASHES 2

#define KEY(serial) ((serial) >= 2) /* the second document names another key */
#define LOW(bits, size) ((bits) & ((1 << (size)) - 1))

bool rec_a = true, rec_a_stored = true; /* A recognises B */
bool rec_b = true;                      /* B recognises A */
byte serial = 1;                        /* of B's newest document */
byte held = 1;                          /* of the one that A holds */
bool link_a, link_b;                    /* the link as each side sees it */
bit link_key;                           /* what was shown when it was made */
byte wire;                              /* entry under way from A to B, counted from 1; 0: none */

byte old_size, old_stored;              /* feed of A, B and C */
bool is_closed, is_closed_stored;
byte new_size, new_stored;              /* its successor, without B */
byte c_old, c_new;                      /* what C holds */
byte b_old, b_new;                      /* what reached B */

bool is_asked, is_acknowledged;         /* the removal */
byte crashes;

/* Only looked at, never acted on. */
byte seen = 1;                          /* highest serial that came to A */
byte late;                              /* entries of the old feed, written after the removal */

inline end_link()
{
    link_a = false;
    link_b = false
}

inline take_document(number)
{
    if
    :: number > seen -> seen = number
    :: else
    fi;
    if
#ifdef ANY_SERIAL
    :: number != held ->
#else
    :: number > held ->
#endif
        held = number;
#ifndef KEEP_LINK
        if
        :: link_a && link_key != KEY(held) -> end_link()
        :: else
        fi
#endif
    :: else
    fi
}

inline close_old()
{
    if
    :: !is_closed -> is_closed = true
    :: else
    fi
}

inline remove_partner()
{
    is_asked = true;
    rec_a = false;
#ifndef KEEP_REMOVED
    link_a = false; /* B learns of it when it reads the end */
#endif
#ifndef NO_CLOSE
#ifndef CLOSE_LATER
    close_old(); /* before any other entry */
#endif
#endif
#ifdef ACK_EARLY
    is_acknowledged = true
#endif
}

inline write_entry()
{
    if
    :: !is_closed ->
        if
        :: is_acknowledged -> late = late | (1 << old_size)
        :: else
        fi;
        old_size++
    :: else -> new_size++
    fi
}

/* One synced batch with everything: P-44. */
inline store()
{
    rec_a_stored = rec_a;
#ifdef TWO_BATCHES
}

inline store_feeds()
{
#endif
    is_closed_stored = is_closed;
    old_stored = old_size;
    new_stored = new_size
}

inline crash()
{
    crashes++;
    rec_a = rec_a_stored;
    is_closed = is_closed_stored;
    old_size = old_stored;
    new_size = new_stored;
    late = LOW(late, old_stored);
    is_asked = is_acknowledged; /* an operator without an answer asks again */
    end_link()
}

active proctype world()
{
    do
    /* ---- documents, from anybody, in any order ---- */
    :: d_step { serial < SERIALS -> serial++ } /* B signs one; the old keys may be stolen */
    :: d_step { true -> take_document(1) }
    :: d_step { serial >= 2 -> take_document(2) }
    :: d_step { serial >= 3 -> take_document(3) }

    /* ---- the link ---- */
    :: d_step { !link_a && rec_a &&
#ifndef ONE_SIDED
        rec_b &&
#endif
        true -> link_a = true; link_b = true; link_key = KEY(held) }
    :: d_step { link_a || link_b -> end_link() } /* lines fail */
    :: d_step { link_a && wire == 0 && b_old < old_stored -> wire = b_old + 1 }
    :: d_step { wire > 0 ->
        if
        :: link_b && wire > b_old -> b_old = wire
        :: else
        fi;
        wire = 0 }
#ifdef KEEP_REMOVED
    :: d_step { link_a && b_new < new_stored -> b_new = new_stored }
#endif

    /* ---- C ---- */
    :: d_step { c_old < old_stored || c_new < new_stored -> c_old = old_stored; c_new = new_stored }
    :: d_step { b_old < c_old -> b_old = c_old
#ifdef REACH_RELAYED
        ; assert(rec_a)
#endif
       }
#ifdef SERVE_STRANGERS
    :: d_step { b_new < c_new -> b_new = c_new }
#endif

    /* ---- A ---- */
    :: d_step { old_size + new_size < ENTRIES -> write_entry() }
    :: d_step { rec_a_stored != rec_a || is_closed_stored != is_closed ||
        old_stored != old_size || new_stored != new_size -> store() }
#ifdef TWO_BATCHES
    :: d_step { rec_a_stored == rec_a && (is_closed_stored != is_closed ||
        old_stored != old_size || new_stored != new_size) -> store_feeds() }
#endif
    :: d_step { rec_a && !is_asked -> remove_partner() }
    :: d_step { is_asked && !is_acknowledged && !rec_a_stored &&
#ifndef NO_CLOSE
#ifndef CLOSE_LATER
#ifndef TWO_BATCHES
        is_closed_stored &&
#endif
#endif
#endif
        true -> is_acknowledged = true }
#ifdef CLOSE_LATER
    :: d_step { is_acknowledged && !is_closed -> close_old() }
#endif
    :: d_step { crashes < CRASHES -> crash() }

    /* ---- B ---- */
    :: d_step { rec_b -> rec_b = false; link_b = false }
    od
}

/* What A writes after the removal was acknowledged never reaches B, by whatever way. */
ltl nothing_later { [] (LOW(late, b_old) == 0 && b_new == 0) }

/* The document held is the newest that came. */
ltl newest_document { [] (held == seen) }

/* Nobody uses a link to a country that it does not recognise. */
ltl both_recognise { [] ((!link_a || rec_a) && (!link_b || rec_b)) }

/* Nor one whose key the newest document does not name. */
ltl pinned { [] (!link_a || link_key == KEY(held)) }

#ifdef REACH_AFTER
ltl reach { [] (!is_acknowledged || c_new == 0) }
#endif
#ifdef REACH_RENEWED
ltl reach { [] (!link_a || held < 3) }
#endif
