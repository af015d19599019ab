/* Method: work that notes on which thread and in which order it ran. */
#include "node/views/helper.h"

#include <pthread.h>

#include "tests/lib/test.h"

struct work {
    uint32_t *turn; /* of all */
    uint32_t mine;
    cairn_err err;
    pthread_t thread;
};

static cairn_err work_run(void *host)
{
    struct work *work = host;
    work->mine = ++*work->turn;
    work->thread = pthread_self();
    return work->err;
}

TEST(work_runs_in_order_on_one_thread_that_is_another)
{
    struct cairn_helper *helper;
    uint32_t turn = 0;
    struct work works[100];
    assert_err(cairn_helper_open("test", &helper), CAIRN_OK);
    for (uint32_t i = 0; i < 100; i++) {
        works[i] = (struct work){.turn = &turn};
        assert_err(cairn_helper_give(helper, work_run, &works[i]), CAIRN_OK);
    }
    assert_err(cairn_helper_settle(helper), CAIRN_OK);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(works[i].mine, i + 1);
        assert_true(pthread_equal(works[i].thread, works[0].thread));
    }
    assert_false(pthread_equal(works[0].thread, pthread_self()));
    cairn_helper_close(helper);
}

TEST(after_an_error_nothing_runs_until_it_is_settled)
{
    struct cairn_helper *helper;
    uint32_t turn = 0;
    struct work bad = {.turn = &turn, .err = CAIRN_DISK}, good = {.turn = &turn};
    assert_err(cairn_helper_open("test", &helper), CAIRN_OK);
    assert_err(cairn_helper_give(helper, work_run, &bad), CAIRN_OK);
    assert_err(cairn_helper_give(helper, work_run, &good), CAIRN_DISK);
    assert_err(cairn_helper_wait(helper), CAIRN_DISK);
    assert_err(cairn_helper_give(helper, work_run, &good), CAIRN_DISK);
    assert_int_equal(turn, 1);
    assert_err(cairn_helper_settle(helper), CAIRN_DISK);
    assert_err(cairn_helper_settle(helper), CAIRN_OK);
    assert_err(cairn_helper_give(helper, work_run, &good), CAIRN_OK);
    assert_err(cairn_helper_wait(helper), CAIRN_OK);
    assert_int_equal(good.mine, 2);
    cairn_helper_close(helper);
}

TEST(closing_finishes_what_was_given)
{
    struct cairn_helper *helper;
    uint32_t turn = 0;
    struct work work = {.turn = &turn};
    cairn_helper_close(NULL);
    assert_err(cairn_helper_open("test", &helper), CAIRN_OK);
    assert_err(cairn_helper_give(helper, work_run, &work), CAIRN_OK);
    cairn_helper_close(helper);
    assert_int_equal(work.mine, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_runs_in_order_on_one_thread_that_is_another),
        cmocka_unit_test(after_an_error_nothing_runs_until_it_is_settled),
        cmocka_unit_test(closing_finishes_what_was_given),
    };
    return cmocka_run_group_tests_name("helper", tests, NULL, NULL);
}
