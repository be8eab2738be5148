"""The same stories on PostgreSQL: what the database decides (races, keys, orders of text) must be decided alike."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from tests.api.test_bad_input import (  # noqa: F401
    targets,
    test_bad_input_ends_in_its_code,
    test_row_9_an_offset_is_stored_as_utc,
    test_row_20_a_key_used_twice,
    test_row_27_a_step_that_the_run_did_not_take,
    test_row_29_a_search_is_literal,
)
from tests.api.test_commands import (  # noqa: F401 — collected here once more
    counted,
    test_a_batch_is_judged_one_by_one,
    test_a_run_from_start_to_end,
    test_the_same_id_ten_times_at_once,
    test_the_same_id_with_another_body,
    test_two_people_at_once,
    test_what_is_refused_leaves_a_trace,
)
from tests.api.test_definitions import (  # noqa: F401
    test_publishing_at_once_and_again,
    test_two_authors,
)
from tests.api.test_events_in import (  # noqa: F401
    test_an_event_before_the_wait_is_found,
    test_an_event_starts_whom_it_concerns_once,
    test_an_event_while_the_wait_begins_is_heard_once,
)
from tests.api.test_files import (  # noqa: F401
    test_an_answer_names_only_what_is_there_for_its_author,
    test_the_same_bytes_of_the_same_person_are_one_file,
    test_who_sees_the_run_reads_its_files_and_nobody_else,
)
from tests.api.test_hooks import (  # noqa: F401
    test_five_times_and_in_any_order_is_one_run_for_each_message,
    test_five_times_at_once_on_a_record_that_takes_one_run,
)
from tests.api.test_journeys import (  # noqa: F401
    form,
    test_a_link_that_was_used_is_as_one_that_never_was,
    test_after_the_step_was_gone_back_past_the_form_is_no_longer_open,
    test_sent_twice_gives_the_same_thanks_and_is_one_answer,
    test_the_path_is_told_to_whoever_may_complete_the_step,
)
from tests.api.test_policies import (  # noqa: F401
    test_an_own_profile_is_made_kept_and_reset,
    test_the_same_key_sets_once_and_another_body_is_a_conflict,
)
from tests.api.test_progress import (  # noqa: F401
    test_a_link_that_is_asked_for_twice_is_one_and_ends_when_it_is_taken_back,
)
from tests.api.test_public_start import (  # noqa: F401
    test_paused_renewed_and_archived_forms_lead_nowhere,
    test_whoever_fills_it_in_starts_a_run_and_is_told_nothing_of_it,
)
from tests.api.test_registers import (  # noqa: F401
    test_a_cap_holds_and_a_lead_may_assign_past_the_queue,
    test_a_draft_goes_with_its_round,
    test_a_half_filled_form_is_restored_for_a_colleague,
    test_a_reminder_is_a_notice_and_a_mail,
    test_a_ticket_that_lies_idle_goes_to_the_next_who_asks_and_the_first_is_told,
    test_how_long_steps_took_is_told_to_leads,
    test_next_hands_out_each_ticket_once_and_begins_it,
    test_partners_are_switched_off_and_never_gone,
    test_the_calendar_shows_what_is_due_and_mine_until_the_link_ends,
)
from tests.api.test_runs import (  # noqa: F401
    test_one_key_ten_times_at_once,
    test_one_open_run_per_record,
    test_pages_and_filters,
    test_ten_starts_on_one_record_at_once,
    test_the_activity_log,
    test_work_lists,
)
from tests.api.test_schedules import (  # noqa: F401
    test_a_version_without_the_schedule_ends_it,
    test_each_record_that_matches_has_one_run_each_time,
)
from tests.api.test_views import (  # noqa: F401
    test_counts_are_those_of_whoever_looks,
    test_counts_of_runs_by_definition,
    test_kept_changed_and_forgotten,
    test_the_same_key_keeps_one_view,
    test_views_go_by_name_page_by_page,
    test_who_sees_and_who_changes,
)
from tests.api.world import World, open_world
from tests.support.servers import PostgresServer


@pytest.fixture(scope="module")
async def world(
    tmp_path_factory: pytest.TempPathFactory, temporal_client: Client, postgres_server: PostgresServer
) -> AsyncIterator[World]:
    """The session's world once more, over PostgreSQL."""
    url = postgres_server.create("api_world")
    async with open_world(tmp_path_factory.mktemp("pg"), temporal_client, database=url) as world:
        world.work()
        yield world
