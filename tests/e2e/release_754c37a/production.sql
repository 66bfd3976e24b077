-- What 754c37a stored in production mode, in the middle of a job: devtools/record_release.py
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_keys (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    project_id uuid NOT NULL,
    organization_wide boolean NOT NULL,
    name character varying(255) NOT NULL,
    origin character varying(20) NOT NULL,
    hint character varying(12) NOT NULL,
    digest character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    is_admin boolean DEFAULT false NOT NULL
);
CREATE TABLE public.audit_events (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    action character varying(40) NOT NULL,
    actor character varying(255) NOT NULL,
    organization_id uuid,
    project_id uuid,
    subject uuid,
    engine_version character varying(40),
    details jsonb
);
CREATE TABLE public.configurations (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    name character varying(255) NOT NULL,
    product_type character varying(40) NOT NULL,
    parameters jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
CREATE TABLE public.file_caches (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    file_id uuid,
    kind character varying(20) NOT NULL,
    key character varying(64) NOT NULL,
    blob_key character varying(255) NOT NULL,
    size bigint NOT NULL,
    sha256 character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone NOT NULL
);
CREATE TABLE public.files (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    name character varying(3000) NOT NULL,
    external_file_id character varying(3000),
    purpose character varying(255),
    file_type character varying(20),
    size bigint NOT NULL,
    sha256 character varying(64) NOT NULL,
    blob_key character varying(255) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sort_name character varying(200) DEFAULT ''::character varying NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.items (
    id uuid NOT NULL,
    job_id uuid NOT NULL,
    ordinal integer NOT NULL,
    file_id uuid NOT NULL,
    file_name character varying(3000) NOT NULL,
    status character varying(20) NOT NULL,
    attempt integer NOT NULL,
    worker character varying(255),
    lease_token uuid,
    lease_until timestamp with time zone,
    error_code character varying(40),
    error_message text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.01', autovacuum_vacuum_threshold='1000', vacuum_index_cleanup='on');
CREATE TABLE public.jobs (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    user_id character varying(255) NOT NULL,
    status character varying(20) NOT NULL,
    mode character varying(20) NOT NULL,
    rules jsonb NOT NULL,
    lang character varying(20) NOT NULL,
    max_pages integer,
    target_pages jsonb,
    file_count integer NOT NULL,
    ended_count integer NOT NULL,
    failed_count integer NOT NULL,
    error_message text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deadline_at timestamp with time zone NOT NULL,
    request_id character varying(64),
    owes_running boolean DEFAULT false NOT NULL,
    api_version integer DEFAULT 1 NOT NULL,
    transaction_id character varying(255),
    configuration_id uuid,
    given_lang character varying(100),
    request_digest character varying(64),
    min_confidence double precision,
    examples jsonb
);
CREATE TABLE public.organizations (
    id uuid NOT NULL,
    name character varying(255) NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.pending_uploads (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    name character varying(3000) NOT NULL,
    external_file_id character varying(3000),
    size bigint,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.projects (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name character varying(255) NOT NULL,
    is_default boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    requests_per_minute integer,
    uploads_per_minute integer,
    max_bytes bigint,
    retention_days integer
);
CREATE TABLE public.results (
    item_id uuid NOT NULL,
    type character varying(255),
    confidence double precision NOT NULL,
    reasoning text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    engine_version character varying(40),
    candidates jsonb,
    evidence jsonb
);
CREATE TABLE public.saved_webhooks (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    url text NOT NULL,
    events jsonb,
    output_format character varying(10) NOT NULL,
    payload character varying(10) NOT NULL,
    headers_encrypted text,
    secret_encrypted text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
CREATE TABLE public.webhook_attempts (
    id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    milliseconds integer,
    status_code integer,
    error text,
    note text,
    excerpt text
);
CREATE TABLE public.webhook_configurations (
    id uuid NOT NULL,
    job_id uuid NOT NULL,
    ordinal integer NOT NULL,
    url text,
    events jsonb,
    output_format character varying(10) NOT NULL,
    headers_encrypted text,
    secret_encrypted text,
    created_at timestamp with time zone NOT NULL,
    payload character varying(10) DEFAULT 'ids'::character varying NOT NULL,
    loopback_allowed boolean DEFAULT false NOT NULL
);
CREATE TABLE public.webhook_deliveries (
    id uuid NOT NULL,
    job_id uuid NOT NULL,
    configuration_id uuid NOT NULL,
    state character varying(20) NOT NULL,
    event_type character varying(40) NOT NULL,
    status character varying(20) NOT NULL,
    tries integer NOT NULL,
    due_at timestamp with time zone NOT NULL,
    lease_token uuid,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.workers (
    id character varying(255) NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    capabilities jsonb NOT NULL
);
INSERT INTO public.alembic_version VALUES ('0010');
INSERT INTO public.api_keys VALUES ('01a226af-b494-76e7-819f-8bb4e46d27e5', '01a226af-b440-74aa-8ad3-c079d23b41a3', '01a226af-b45c-75e5-b525-0edfcd678253', true, 'PIGEONHOLE_API_KEY', 'environment', 'llx-a-ke', 'dfd4fcc2a3fa649084dc478c3fb9a95ad4623e98863f973d8296bfd4a442d53e', '2026-11-29 09:42:58.966507+00', NULL, NULL, '2026-11-29 09:43:12.073613+00', false);
INSERT INTO public.audit_events VALUES ('01a226af-b458-73ee-991d-766cf447cf9a', '2026-11-29 09:42:58.904638+00', 'organization.created', 'server', '01a226af-b440-74aa-8ad3-c079d23b41a3', NULL, '01a226af-b440-74aa-8ad3-c079d23b41a3', NULL, NULL);
INSERT INTO public.audit_events VALUES ('01a226af-b46b-73bf-aa96-fd9224f623f8', '2026-11-29 09:42:58.923598+00', 'project.created', 'server', '01a226af-b440-74aa-8ad3-c079d23b41a3', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', NULL, NULL);
INSERT INTO public.audit_events VALUES ('01a226af-b4a5-712c-bb5d-360d5244b045', '2026-11-29 09:42:58.981591+00', 'key.created', 'server', '01a226af-b440-74aa-8ad3-c079d23b41a3', NULL, '01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '{"origin": "environment", "is_admin": false}');
INSERT INTO public.audit_events VALUES ('01a226af-e82d-7620-9758-0ae865bae780', '2026-11-29 09:43:12.173456+00', 'file.uploaded', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e807-708b-91fa-994aa52e0e77', NULL, '{"size": 45, "sha256": "7f51923efedcfd4c93b255815467a653d0df05617aee3d57aa51cccc745cd2d3"}');
INSERT INTO public.audit_events VALUES ('01a226af-e853-74e2-8331-8d149aee8646', '2026-11-29 09:43:12.211851+00', 'file.uploaded', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e850-774b-b5a2-d0239e43ef80', NULL, '{"size": 45, "sha256": "fa19f3d22f5f78a92512138a91b0910dd2187ba76fcdd65b6e2cc1ebc483d9b7"}');
INSERT INTO public.audit_events VALUES ('01a226af-e87a-75e2-a9f7-e3c3bcd98bf5', '2026-11-29 09:43:12.25085+00', 'file.uploaded', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e876-74f6-a0b7-3d057656cc7c', NULL, '{"size": 45, "sha256": "60e0bce42adc2c99d48047b0b5fb346831890215eeb3cc73b3cdbbfa41fb624f"}');
INSERT INTO public.audit_events VALUES ('01a226af-e8b2-7291-9c9b-a8f4c4f63082', '2026-11-29 09:43:12.306867+00', 'file.uploaded', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e8ab-72c5-90fe-af4639b9a587', NULL, '{"size": 45, "sha256": "dc6ca58df4bb5c3a4bc939780c5f1190b16d13a88b2df1551d49ee1755e00f80"}');
INSERT INTO public.audit_events VALUES ('01a226af-e8e7-7690-bc8c-659117c1605c', '2026-11-29 09:43:12.359242+00', 'file.uploaded', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e8da-7652-b4af-0be29ed67a94', NULL, '{"size": 45, "sha256": "e61ee709a409bf4e774bf24ce460c9b0b7c30c8ce090509c5b27ae135e1a8a4a"}');
INSERT INTO public.audit_events VALUES ('01a226af-e926-72a0-ae2a-51e667d93228', '2026-11-29 09:43:12.42226+00', 'file.uploaded', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e91d-74b8-b238-a0263c113789', NULL, '{"size": 45, "sha256": "081bd10f5241d6fc44b71cf53e408b58ee27a071a493ea17744307246cb426b4"}');
INSERT INTO public.audit_events VALUES ('01a226af-ea57-75ab-8e21-4f558c5e9867', '2026-11-29 09:43:12.727374+00', 'file.uploaded', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-ea0f-74cf-b085-4e68f9cde0df', NULL, '{"size": 45, "sha256": "f3ab9957876f903207b011d3c343cc0a89645e7763c0b3d86c4e4fd43a9a5127"}');
INSERT INTO public.audit_events VALUES ('01a226af-ea92-7003-a643-9b054ca3f4de', '2026-11-29 09:43:12.786946+00', 'file.uploaded', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-ea87-7564-bc7b-05aee6d63126', NULL, '{"size": 45, "sha256": "21c81fd23e04e7a9206d0c43c54d4cfd6b986b540cd650b02411c229718c5510"}');
INSERT INTO public.audit_events VALUES ('01a226af-eacc-7104-a55f-c0a2f63cae1f', '2026-11-29 09:43:12.844586+00', 'file.uploaded', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-eac1-73b8-89a5-01d0335e94de', NULL, '{"size": 41, "sha256": "cb7c6b291025d38e0712487e6c5f7e5c90f7e4d42e0e981c0f1e5be04ca42dbf"}');
INSERT INTO public.audit_events VALUES ('01a226af-eb41-7199-902b-986fe4fe908a', '2026-11-29 09:43:12.96117+00', 'job.created', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-eaf7-71df-98ed-6219174aa108', NULL, '{"files": 4, "api_version": 1}');
INSERT INTO public.audit_events VALUES ('01a226b0-6cba-767b-b7c0-70838de5224f', '2026-11-29 09:43:46.106248+00', 'result.recorded', 'worker', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-eb15-77a9-ad7c-7f3e29a5d295', '3.054018e6f988', '{"job_id": "01a226af-eaf7-71df-98ed-6219174aa108", "file_id": "01a226af-e807-708b-91fa-994aa52e0e77"}');
INSERT INTO public.audit_events VALUES ('01a226b0-6f08-710e-8f5c-3600516dc699', '2026-11-29 09:43:46.696733+00', 'result.recorded', 'worker', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-eb15-77a9-ad7c-7f3fc025a6da', '3.054018e6f988', '{"job_id": "01a226af-eaf7-71df-98ed-6219174aa108", "file_id": "01a226af-e850-774b-b5a2-d0239e43ef80"}');
INSERT INTO public.audit_events VALUES ('01a226b0-719c-714a-84de-2192af327db8', '2026-11-29 09:43:47.356352+00', 'result.recorded', 'worker', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-eb15-77a9-ad7c-7f409f7d9e7d', '3.054018e6f988', '{"job_id": "01a226af-eaf7-71df-98ed-6219174aa108", "file_id": "01a226af-e876-74f6-a0b7-3d057656cc7c"}');
INSERT INTO public.audit_events VALUES ('01a226b0-73b8-70bd-bdd2-54b02afe1b81', '2026-11-29 09:43:47.896121+00', 'result.recorded', 'worker', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-eb15-77a9-ad7c-7f4159d95fba', '3.054018e6f988', '{"job_id": "01a226af-eaf7-71df-98ed-6219174aa108", "file_id": "01a226af-eac1-73b8-89a5-01d0335e94de"}');
INSERT INTO public.audit_events VALUES ('01a226b0-73f7-7200-b91b-05e4c2df3f9e', '2026-11-29 09:43:47.959876+00', 'job.ended', 'server', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-eaf7-71df-98ed-6219174aa108', NULL, '{"status": "SUCCESS"}');
INSERT INTO public.audit_events VALUES ('01a226b0-74e0-7201-a100-7e0ec0f849d7', '2026-11-29 09:43:48.19245+00', 'file.deleted', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-eac1-73b8-89a5-01d0335e94de', NULL, '{"sha256": "cb7c6b291025d38e0712487e6c5f7e5c90f7e4d42e0e981c0f1e5be04ca42dbf"}');
INSERT INTO public.audit_events VALUES ('01a226b0-76a7-77d7-b483-c2e8ab67549a', '2026-11-29 09:43:48.647331+00', 'webhook.created', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226b0-767a-72f6-9ce8-91eabc40ba60', NULL, '{"fields": ["events", "headers", "output_format", "payload", "url"]}');
INSERT INTO public.audit_events VALUES ('01a226b0-771d-73f1-8d01-91569ce7da50', '2026-11-29 09:43:48.765125+00', 'configuration.created', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226b0-7713-74ca-8ee5-e6a9b6878116', NULL, NULL);
INSERT INTO public.audit_events VALUES ('01a226b0-77c2-711f-9a38-4d40a1c5d0fb', '2026-11-29 09:43:48.930291+00', 'job.created', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226b0-7794-7010-a500-b92ccf9fbb66', NULL, '{"files": 1, "api_version": 2}');
INSERT INTO public.audit_events VALUES ('01a226b0-7950-72b8-98f6-0b959d52edbb', '2026-11-29 09:43:49.328818+00', 'result.recorded', 'worker', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226b0-779c-76c2-9555-c8c3c8f75d5d', '3.054018e6f988', '{"job_id": "01a226b0-7794-7010-a500-b92ccf9fbb66", "file_id": "01a226af-e807-708b-91fa-994aa52e0e77"}');
INSERT INTO public.audit_events VALUES ('01a226b0-797b-71f2-8e73-5179c500e0f3', '2026-11-29 09:43:49.371662+00', 'job.ended', 'server', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226b0-7794-7010-a500-b92ccf9fbb66', NULL, '{"status": "SUCCESS"}');
INSERT INTO public.audit_events VALUES ('01a226b0-7b1a-70c9-95f5-48f7aa3359cb', '2026-11-29 09:43:49.786712+00', 'job.created', 'key:01a226af-b494-76e7-819f-8bb4e46d27e5', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226b0-7adf-7184-9db5-9a9b8991df7b', NULL, '{"files": 64, "api_version": 1}');
INSERT INTO public.audit_events VALUES ('01a226b0-7c37-716e-b4d6-dcd2843a1572', '2026-11-29 09:43:50.071541+00', 'result.recorded', 'worker', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226b0-7af0-74c4-994d-72d8bbdbb646', '3.054018e6f988', '{"job_id": "01a226b0-7adf-7184-9db5-9a9b8991df7b", "file_id": "01a226af-e807-708b-91fa-994aa52e0e77"}');
INSERT INTO public.audit_events VALUES ('01a226b0-7d3c-77a4-a5de-29eece3c8a2b', '2026-11-29 09:43:50.332793+00', 'result.recorded', 'worker', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226b0-7af0-74c4-994d-72d99a3904b2', '3.054018e6f988', '{"job_id": "01a226b0-7adf-7184-9db5-9a9b8991df7b", "file_id": "01a226af-e850-774b-b5a2-d0239e43ef80"}');
INSERT INTO public.audit_events VALUES ('01a226b0-7e4c-73f3-862d-a919aed31f69', '2026-11-29 09:43:50.604836+00', 'result.recorded', 'worker', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226b0-7af0-74c4-994d-72da7ab48f08', '3.054018e6f988', '{"job_id": "01a226b0-7adf-7184-9db5-9a9b8991df7b", "file_id": "01a226af-e876-74f6-a0b7-3d057656cc7c"}');
INSERT INTO public.audit_events VALUES ('01a226b0-7fc0-726e-a716-b41619554a22', '2026-11-29 09:43:50.976609+00', 'result.recorded', 'worker', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226b0-7af0-74c4-994d-72db9d6bfe3b', '3.054018e6f988', '{"job_id": "01a226b0-7adf-7184-9db5-9a9b8991df7b", "file_id": "01a226af-e8ab-72c5-90fe-af4639b9a587"}');
INSERT INTO public.audit_events VALUES ('01a226b0-8161-772a-9d38-0bc7a7579c45', '2026-11-29 09:43:51.393866+00', 'result.recorded', 'worker', NULL, '01a226af-b45c-75e5-b525-0edfcd678253', '01a226b0-7af0-74c4-994d-72dcd0632d6b', '3.054018e6f988', '{"job_id": "01a226b0-7adf-7184-9db5-9a9b8991df7b", "file_id": "01a226af-e8da-7652-b4af-0be29ed67a94"}');
INSERT INTO public.configurations VALUES ('01a226b0-7713-74ca-8ee5-e6a9b6878116', '01a226af-b45c-75e5-b525-0edfcd678253', 'mail', 'classify_v2', '{"mode": "FAST", "rules": [{"type": "invoice", "description": "A supplier''s bill with line items and a total to pay."}, {"type": "recipe", "description": "Cooking instructions with ingredients and steps."}], "min_confidence": null, "parsing_configuration": {"lang": "en", "max_pages": null, "target_pages": null}}', '2026-11-29 09:43:48.743098+00', '2026-11-29 09:43:48.743098+00');
INSERT INTO public.file_caches VALUES ('01a226b0-6d2d-74ad-a041-6621e3d646b0', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e807-708b-91fa-994aa52e0e77', 'document', 'f648c90dba3f7c1d5803a677eb219b460c861397648a5ee9f0a3e62bd1a6395a', '43/43cb567127a74967b7c0cfd61075e1f2', 176, '782a20274b10d7d50da2376490a674f211a8eb41b7c9dad595e43ac4fd92ea8d', '2026-11-29 09:43:46.221633+00', '2026-11-29 09:43:46.221644+00');
INSERT INTO public.file_caches VALUES ('01a226b0-6d3b-7495-a1c4-e29466b5c184', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e807-708b-91fa-994aa52e0e77', 'vectors', '7bd56b391b616a9770cd4a46a8a1b1c2db0a8f7941924915ce775aa2d57b8b07', 'a2/a2622a725d1a446eb46ffb8b4fa798f8', 1664, 'bc258402a16fab6a1f2d3e50c3e066baf8dfed5e2d4fa23205582c96348993e1', '2026-11-29 09:43:46.23599+00', '2026-11-29 09:43:46.236002+00');
INSERT INTO public.file_caches VALUES ('01a226b0-6d4e-711a-924a-cc1d0d750f87', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e807-708b-91fa-994aa52e0e77', 'vectors', '178238f26911bf28d072c6b86e9e058608feb29c38eab9259414454173c696a9', 'b4/b49c67b2542d4e6eb81f0d6e5f1bf3d5', 6272, '87450668e2b02b43103d20b175a8ca4ee937edf43c5cd872eeae6929e76bb413', '2026-11-29 09:43:46.25419+00', '2026-11-29 09:43:46.254202+00');
INSERT INTO public.file_caches VALUES ('01a226b0-6f84-776b-b490-4fa1b260c2f3', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e850-774b-b5a2-d0239e43ef80', 'document', 'f648c90dba3f7c1d5803a677eb219b460c861397648a5ee9f0a3e62bd1a6395a', '7d/7d65f7586d47406bb226fa9fa25ed5bd', 176, '8f9b8eccaef9a14f55bc0e1d5e24227a94791b38924b135e4aa43b3260eaa4fc', '2026-11-29 09:43:46.820391+00', '2026-11-29 09:43:46.820402+00');
INSERT INTO public.file_caches VALUES ('01a226b0-6f94-7159-8234-4ee3534dcb22', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e850-774b-b5a2-d0239e43ef80', 'vectors', '195a0f463a1febde77b70b7e142038b3cf0d53813d8fc4184a37c2c63759ae04', 'd4/d4f458360b6d4676bc2659f35a441e92', 1664, '330842ac3a21b97a413dbbd9fce6b87669cc69bcd37e9efdd89b3762770ef816', '2026-11-29 09:43:46.836814+00', '2026-11-29 09:43:46.836826+00');
INSERT INTO public.file_caches VALUES ('01a226b0-6f9c-7783-8493-d6be8fa4df7a', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e850-774b-b5a2-d0239e43ef80', 'vectors', '374232676af373b6ed54dff779c7ad91d67f48944e84fb5c76008ca4307e6878', '42/421fc2ff790549e5b92527be4b3a39c0', 6272, '11bd65d7bd4a7503fa7b7d379749dd18d9088e6af0f483b0659a9a18f43387ba', '2026-11-29 09:43:46.84482+00', '2026-11-29 09:43:46.844832+00');
INSERT INTO public.file_caches VALUES ('01a226b0-7201-74ee-9ae1-69ace609f829', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e876-74f6-a0b7-3d057656cc7c', 'document', 'f648c90dba3f7c1d5803a677eb219b460c861397648a5ee9f0a3e62bd1a6395a', 'dc/dc7234f95ac5437eb0a5b90f911893a2', 177, '8d6bcce579f5a04082e533f26553a1a30b9888b2132b3bbedb762d893a480ef3', '2026-11-29 09:43:47.45777+00', '2026-11-29 09:43:47.457779+00');
INSERT INTO public.file_caches VALUES ('01a226b0-7203-77c6-a616-eab7378b03f8', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e876-74f6-a0b7-3d057656cc7c', 'vectors', '7ee59c89f8a332cee19303ff85b29c41501c77d466bafcbe48fccef7cbc6f778', '73/7322ff93dfd04fff8685e7b30c01c78c', 1664, 'b1e4ac9f03eb297cea545bfcd0f4930d6001103742cd9ceca7d42ab4da2d1e77', '2026-11-29 09:43:47.459915+00', '2026-11-29 09:43:47.459921+00');
INSERT INTO public.file_caches VALUES ('01a226b0-7208-712b-81dd-891bac85e53a', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e876-74f6-a0b7-3d057656cc7c', 'vectors', '47f35068a1212d3cbc1c7a951d09cfa93563162b805f267c351cf13800b0eeea', 'a6/a6f062200f624781aa511984fe3276ab', 6272, '3b1e05db1d7aec91d2fa65714b25d67f0a4cd075b3b0300569a697961bf8cd70', '2026-11-29 09:43:47.464349+00', '2026-11-29 09:43:47.464356+00');
INSERT INTO public.file_caches VALUES ('01a226b0-7480-7573-a546-9bed8348835d', '01a226af-b45c-75e5-b525-0edfcd678253', NULL, 'document', 'f648c90dba3f7c1d5803a677eb219b460c861397648a5ee9f0a3e62bd1a6395a', '63/63fc8353d6214212b010bdcad5fe1905', 162, 'f1d26f1101ce44a7048b51ce0909742db833841f3c76a1fb7ffe9e3f0c233164', '2026-11-29 09:43:48.096515+00', '2026-11-29 09:43:48.096523+00');
INSERT INTO public.file_caches VALUES ('01a226b0-7494-76da-a6d2-a61b23db726a', '01a226af-b45c-75e5-b525-0edfcd678253', NULL, 'vectors', 'c02f68fcd01b4e6dabc716c724278acc53e98e601b3423c02bda601e2431653c', 'd3/d30e3c62551342dead16396b6e96008f', 1664, 'f8aae269b3fe2ad209d510c49778f4afda22f0ada1e4100d3e76063733a14760', '2026-11-29 09:43:48.116912+00', '2026-11-29 09:43:48.116919+00');
INSERT INTO public.file_caches VALUES ('01a226b0-74a7-7107-97f5-f6f1f135de00', '01a226af-b45c-75e5-b525-0edfcd678253', NULL, 'vectors', 'ebad3b21cc4fc07ae048e7aa2f5483fb679defceaeed84f1f8e111176e920eff', '2f/2fc7c485776842f9be24462fa6ec28c2', 4224, '136e6010080c1d061fd9ca3ae96019f4ee0561ade803245ff78d905b025014ca', '2026-11-29 09:43:48.135601+00', '2026-11-29 09:43:48.135609+00');
INSERT INTO public.file_caches VALUES ('01a226b0-74d6-736d-baab-8cbe2c711107', '01a226af-b45c-75e5-b525-0edfcd678253', NULL, 'deleted', '01a226afeac173b889a501d0335e94de', '15/1518d4f90c314ea1bda435c9de0cf89b', 0, 'cb7c6b291025d38e0712487e6c5f7e5c90f7e4d42e0e981c0f1e5be04ca42dbf', '2026-11-29 09:43:48.182702+00', '2026-11-29 09:43:48.18271+00');
INSERT INTO public.file_caches VALUES ('01a226b0-79b1-763d-846b-beac952d62e1', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e807-708b-91fa-994aa52e0e77', 'document', '563efa0dac7e5de5b1a733047cd8d5a02ddc4c119646aeed29be866436da24dc', '3d/3dc81b9aecce413eb8723300402d6fb9', 176, '782a20274b10d7d50da2376490a674f211a8eb41b7c9dad595e43ac4fd92ea8d', '2026-11-29 09:43:49.425962+00', '2026-11-29 09:43:49.425968+00');
INSERT INTO public.file_caches VALUES ('01a226b0-7ff5-7736-8849-8d44f933aae7', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e8ab-72c5-90fe-af4639b9a587', 'document', 'f648c90dba3f7c1d5803a677eb219b460c861397648a5ee9f0a3e62bd1a6395a', '0d/0d6d23c943194b2a95432bf55b54ee6a', 177, 'b4ad2a05d7707dcb883a85fb09141d001e50560c5740ea7b9a5c72677993fc97', '2026-11-29 09:43:51.029717+00', '2026-11-29 09:43:51.029729+00');
INSERT INTO public.file_caches VALUES ('01a226b0-7ffc-713e-ac26-d77ccfa4032a', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e8ab-72c5-90fe-af4639b9a587', 'vectors', '4f290af73d42b410533d2435db708e4cfe7d41d3df4af161e2a0d637b600c29c', '6e/6e559a1304f94b4da36848ad7cb87ae7', 1664, '22458a5094db11a9915f16b1b755e35e23252c6140f41ada01d1aec1c1c9eb9c', '2026-11-29 09:43:51.036523+00', '2026-11-29 09:43:51.036562+00');
INSERT INTO public.file_caches VALUES ('01a226b0-8001-7345-adc2-2f15d7bb60bf', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e8ab-72c5-90fe-af4639b9a587', 'vectors', 'febb51dbddc52d8ebdd25240e759bc2b9d88141fbafccbc59f270d6cf82b980a', '61/61ec105ceef64bbfb674d830a1fb29bb', 6272, 'c88184c44f2b8911c546619b37f9252769c3a0fb5f9b1bff58bfa54700d7a228', '2026-11-29 09:43:51.041062+00', '2026-11-29 09:43:51.041073+00');
INSERT INTO public.file_caches VALUES ('01a226b0-8190-720c-950a-ba6a5d6665a7', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e8da-7652-b4af-0be29ed67a94', 'document', 'f648c90dba3f7c1d5803a677eb219b460c861397648a5ee9f0a3e62bd1a6395a', '52/5229c898a5dc453c9b32172d967aec40', 177, 'cf6e277a4e4d19f5f0a3cc0abe7c3e1dfe3a528d0af95d2016b8f91a3da51dcb', '2026-11-29 09:43:51.440446+00', '2026-11-29 09:43:51.440457+00');
INSERT INTO public.file_caches VALUES ('01a226b0-8195-74c9-9659-446589163ec5', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e8da-7652-b4af-0be29ed67a94', 'vectors', '1910f56f6d0281b34479a16fb3ccb84e48c0afd519f8913d988ca087750a4190', 'e1/e169bdf2d8b941ffaece3e05318b8738', 1664, '49d32c7e2f9328987db28a29eb9cc2dbc8d096317ddb87cf25bf0f94254d72ae', '2026-11-29 09:43:51.445688+00', '2026-11-29 09:43:51.4457+00');
INSERT INTO public.file_caches VALUES ('01a226b0-819c-75b7-8639-ddca33e96c23', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-e8da-7652-b4af-0be29ed67a94', 'vectors', 'c57314376dcf19d6d7d76dee44ccd5ac11fcc899b69fda10322a34b0a6edd133', '93/934657279c36456481d7fb60fb45b3a3', 6272, '484366560df4afdfb1fdcb40a071f619587491ffac9b6c657c3a73a01d7cffad', '2026-11-29 09:43:51.452908+00', '2026-11-29 09:43:51.452922+00');
INSERT INTO public.files VALUES ('01a226af-e807-708b-91fa-994aa52e0e77', '01a226af-b45c-75e5-b525-0edfcd678253', '000.txt', NULL, 'classify', 'txt', 45, '7f51923efedcfd4c93b255815467a653d0df05617aee3d57aa51cccc745cd2d3', 'de/de467d9d50c14ea68cf31ea2bba455b1', '2026-11-29 09:43:12.135797+00', '000.txt');
INSERT INTO public.files VALUES ('01a226af-e850-774b-b5a2-d0239e43ef80', '01a226af-b45c-75e5-b525-0edfcd678253', '001.txt', NULL, 'classify', 'txt', 45, 'fa19f3d22f5f78a92512138a91b0910dd2187ba76fcdd65b6e2cc1ebc483d9b7', '1f/1f892403e0514efdb05e4f7460242227', '2026-11-29 09:43:12.208186+00', '001.txt');
INSERT INTO public.files VALUES ('01a226af-e876-74f6-a0b7-3d057656cc7c', '01a226af-b45c-75e5-b525-0edfcd678253', '002.txt', NULL, 'classify', 'txt', 45, '60e0bce42adc2c99d48047b0b5fb346831890215eeb3cc73b3cdbbfa41fb624f', 'f3/f34b6fb94fad44cc9abf69b782ca2ea4', '2026-11-29 09:43:12.246297+00', '002.txt');
INSERT INTO public.files VALUES ('01a226af-e8ab-72c5-90fe-af4639b9a587', '01a226af-b45c-75e5-b525-0edfcd678253', '003.txt', NULL, 'classify', 'txt', 45, 'dc6ca58df4bb5c3a4bc939780c5f1190b16d13a88b2df1551d49ee1755e00f80', 'cb/cb274fa2e31746e0b3443f7b7e6784dc', '2026-11-29 09:43:12.299731+00', '003.txt');
INSERT INTO public.files VALUES ('01a226af-e8da-7652-b4af-0be29ed67a94', '01a226af-b45c-75e5-b525-0edfcd678253', '004.txt', NULL, 'classify', 'txt', 45, 'e61ee709a409bf4e774bf24ce460c9b0b7c30c8ce090509c5b27ae135e1a8a4a', '44/44ef893bc7ca42a7a78140cbc59418c7', '2026-11-29 09:43:12.346352+00', '004.txt');
INSERT INTO public.files VALUES ('01a226af-e91d-74b8-b238-a0263c113789', '01a226af-b45c-75e5-b525-0edfcd678253', '005.txt', NULL, 'classify', 'txt', 45, '081bd10f5241d6fc44b71cf53e408b58ee27a071a493ea17744307246cb426b4', 'bc/bc1e2c017035478f831be5b81dc93a18', '2026-11-29 09:43:12.413594+00', '005.txt');
INSERT INTO public.files VALUES ('01a226af-ea0f-74cf-b085-4e68f9cde0df', '01a226af-b45c-75e5-b525-0edfcd678253', '006.txt', NULL, 'classify', 'txt', 45, 'f3ab9957876f903207b011d3c343cc0a89645e7763c0b3d86c4e4fd43a9a5127', 'c3/c329101e0326434bbce314ef87e3ad9e', '2026-11-29 09:43:12.65573+00', '006.txt');
INSERT INTO public.files VALUES ('01a226af-ea87-7564-bc7b-05aee6d63126', '01a226af-b45c-75e5-b525-0edfcd678253', '007.txt', NULL, 'classify', 'txt', 45, '21c81fd23e04e7a9206d0c43c54d4cfd6b986b540cd650b02411c229718c5510', '0b/0b9e36af374d43d7875abfbfbabc0ec8', '2026-11-29 09:43:12.775162+00', '007.txt');
INSERT INTO public.items VALUES ('01a226af-eb15-77a9-ad7c-7f3e29a5d295', '01a226af-eaf7-71df-98ed-6219174aa108', 0, '01a226af-e807-708b-91fa-994aa52e0e77', '000.txt', 'done', 1, 'celery@vm:f3683ca9304f', NULL, NULL, NULL, NULL, '2026-11-29 09:43:12.887906+00', '2026-11-29 09:43:46.053735+00');
INSERT INTO public.items VALUES ('01a226af-eb15-77a9-ad7c-7f3fc025a6da', '01a226af-eaf7-71df-98ed-6219174aa108', 1, '01a226af-e850-774b-b5a2-d0239e43ef80', '001.txt', 'done', 1, 'celery@vm:f3683ca9304f', NULL, NULL, NULL, NULL, '2026-11-29 09:43:12.887906+00', '2026-11-29 09:43:46.657537+00');
INSERT INTO public.items VALUES ('01a226af-eb15-77a9-ad7c-7f409f7d9e7d', '01a226af-eaf7-71df-98ed-6219174aa108', 2, '01a226af-e876-74f6-a0b7-3d057656cc7c', '002.txt', 'done', 1, 'celery@vm:f3683ca9304f', NULL, NULL, NULL, NULL, '2026-11-29 09:43:12.887906+00', '2026-11-29 09:43:47.315277+00');
INSERT INTO public.items VALUES ('01a226af-eb15-77a9-ad7c-7f4159d95fba', '01a226af-eaf7-71df-98ed-6219174aa108', 3, '01a226af-eac1-73b8-89a5-01d0335e94de', 'note.txt', 'done', 1, 'celery@vm:f3683ca9304f', NULL, NULL, NULL, NULL, '2026-11-29 09:43:12.887906+00', '2026-11-29 09:43:47.854016+00');
INSERT INTO public.items VALUES ('01a226b0-779c-76c2-9555-c8c3c8f75d5d', '01a226b0-7794-7010-a500-b92ccf9fbb66', 0, '01a226af-e807-708b-91fa-994aa52e0e77', '000.txt', 'done', 1, 'celery@vm:f3683ca9304f', NULL, NULL, NULL, NULL, '2026-11-29 09:43:48.884021+00', '2026-11-29 09:43:49.293379+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72de404b64f7', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 6, '01a226af-ea0f-74cf-b085-4e68f9cde0df', '006.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72df97483bec', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 7, '01a226af-ea87-7564-bc7b-05aee6d63126', '007.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72e030c1bbc7', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 8, '01a226af-e807-708b-91fa-994aa52e0e77', '000.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72e1af368528', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 9, '01a226af-e850-774b-b5a2-d0239e43ef80', '001.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72e265ac2183', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 10, '01a226af-e876-74f6-a0b7-3d057656cc7c', '002.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72e3673ebec3', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 11, '01a226af-e8ab-72c5-90fe-af4639b9a587', '003.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72e4abbfe2c7', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 12, '01a226af-e8da-7652-b4af-0be29ed67a94', '004.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72e51d07f80a', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 13, '01a226af-e91d-74b8-b238-a0263c113789', '005.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72e6d48b1377', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 14, '01a226af-ea0f-74cf-b085-4e68f9cde0df', '006.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72e7061cb4f3', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 15, '01a226af-ea87-7564-bc7b-05aee6d63126', '007.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72e815d96724', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 16, '01a226af-e807-708b-91fa-994aa52e0e77', '000.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72e905ffc3ff', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 17, '01a226af-e850-774b-b5a2-d0239e43ef80', '001.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72ea762c4207', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 18, '01a226af-e876-74f6-a0b7-3d057656cc7c', '002.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72eb237a14c0', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 19, '01a226af-e8ab-72c5-90fe-af4639b9a587', '003.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72ec80e435b5', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 20, '01a226af-e8da-7652-b4af-0be29ed67a94', '004.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72ed6eebbf9d', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 21, '01a226af-e91d-74b8-b238-a0263c113789', '005.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72eeab14ab1b', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 22, '01a226af-ea0f-74cf-b085-4e68f9cde0df', '006.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72ef6c79d72c', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 23, '01a226af-ea87-7564-bc7b-05aee6d63126', '007.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72f019afba00', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 24, '01a226af-e807-708b-91fa-994aa52e0e77', '000.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72f11d49221c', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 25, '01a226af-e850-774b-b5a2-d0239e43ef80', '001.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72f2679d4c1b', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 26, '01a226af-e876-74f6-a0b7-3d057656cc7c', '002.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72f32cdceb8d', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 27, '01a226af-e8ab-72c5-90fe-af4639b9a587', '003.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72f44eb67a91', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 28, '01a226af-e8da-7652-b4af-0be29ed67a94', '004.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72f568feb6b9', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 29, '01a226af-e91d-74b8-b238-a0263c113789', '005.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72f66ff6fa5f', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 30, '01a226af-ea0f-74cf-b085-4e68f9cde0df', '006.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72f794055558', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 31, '01a226af-ea87-7564-bc7b-05aee6d63126', '007.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72f813bf9fca', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 32, '01a226af-e807-708b-91fa-994aa52e0e77', '000.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72f9a8c52c37', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 33, '01a226af-e850-774b-b5a2-d0239e43ef80', '001.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72fa805b4bad', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 34, '01a226af-e876-74f6-a0b7-3d057656cc7c', '002.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72fb0b82f85e', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 35, '01a226af-e8ab-72c5-90fe-af4639b9a587', '003.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72fcb0492f37', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 36, '01a226af-e8da-7652-b4af-0be29ed67a94', '004.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72fd2d320f6c', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 37, '01a226af-e91d-74b8-b238-a0263c113789', '005.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72fe0cce66fc', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 38, '01a226af-ea0f-74cf-b085-4e68f9cde0df', '006.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72ffdf4e8f69', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 39, '01a226af-ea87-7564-bc7b-05aee6d63126', '007.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-73007cd8fa55', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 40, '01a226af-e807-708b-91fa-994aa52e0e77', '000.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-7301d7ad3b55', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 41, '01a226af-e850-774b-b5a2-d0239e43ef80', '001.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-7302bbfa0676', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 42, '01a226af-e876-74f6-a0b7-3d057656cc7c', '002.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-7303523dce68', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 43, '01a226af-e8ab-72c5-90fe-af4639b9a587', '003.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-73045b8b4df2', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 44, '01a226af-e8da-7652-b4af-0be29ed67a94', '004.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-7305770d0f63', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 45, '01a226af-e91d-74b8-b238-a0263c113789', '005.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-730664c81005', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 46, '01a226af-ea0f-74cf-b085-4e68f9cde0df', '006.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72d8bbdbb646', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 0, '01a226af-e807-708b-91fa-994aa52e0e77', '000.txt', 'done', 1, 'celery@vm:f3683ca9304f', NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:50.043119+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72d99a3904b2', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 1, '01a226af-e850-774b-b5a2-d0239e43ef80', '001.txt', 'done', 1, 'celery@vm:f3683ca9304f', NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:50.312249+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72da7ab48f08', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 2, '01a226af-e876-74f6-a0b7-3d057656cc7c', '002.txt', 'done', 1, 'celery@vm:f3683ca9304f', NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:50.568664+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72db9d6bfe3b', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 3, '01a226af-e8ab-72c5-90fe-af4639b9a587', '003.txt', 'done', 1, 'celery@vm:f3683ca9304f', NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:50.934756+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72dcd0632d6b', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 4, '01a226af-e8da-7652-b4af-0be29ed67a94', '004.txt', 'done', 1, 'celery@vm:f3683ca9304f', NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:51.371811+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-72dd31e46a11', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 5, '01a226af-e91d-74b8-b238-a0263c113789', '005.txt', 'running', 1, 'celery@vm:f3683ca9304f', '2d9a65c4-758e-4899-8979-06572a965fd0', '2026-11-29 09:44:51.467745+00', NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:51.467745+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-7307151dc1a4', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 47, '01a226af-ea87-7564-bc7b-05aee6d63126', '007.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-730808d8b969', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 48, '01a226af-e807-708b-91fa-994aa52e0e77', '000.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-7309864a9366', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 49, '01a226af-e850-774b-b5a2-d0239e43ef80', '001.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-730a69cf2ed2', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 50, '01a226af-e876-74f6-a0b7-3d057656cc7c', '002.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-730ba0321a84', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 51, '01a226af-e8ab-72c5-90fe-af4639b9a587', '003.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-730c2406db8e', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 52, '01a226af-e8da-7652-b4af-0be29ed67a94', '004.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-730d183617f7', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 53, '01a226af-e91d-74b8-b238-a0263c113789', '005.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-730ea3cf441d', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 54, '01a226af-ea0f-74cf-b085-4e68f9cde0df', '006.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-730f38c66649', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 55, '01a226af-ea87-7564-bc7b-05aee6d63126', '007.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-7310234b2773', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 56, '01a226af-e807-708b-91fa-994aa52e0e77', '000.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-731165330f96', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 57, '01a226af-e850-774b-b5a2-d0239e43ef80', '001.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-7312fbe79f44', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 58, '01a226af-e876-74f6-a0b7-3d057656cc7c', '002.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-7313ffb09d76', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 59, '01a226af-e8ab-72c5-90fe-af4639b9a587', '003.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-731463eee8d3', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 60, '01a226af-e8da-7652-b4af-0be29ed67a94', '004.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-7315c735d898', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 61, '01a226af-e91d-74b8-b238-a0263c113789', '005.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-73161f3e34e9', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 62, '01a226af-ea0f-74cf-b085-4e68f9cde0df', '006.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.items VALUES ('01a226b0-7af0-74c4-994d-73177187b29f', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 63, '01a226af-ea87-7564-bc7b-05aee6d63126', '007.txt', 'queued', 0, NULL, NULL, NULL, NULL, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:49.727797+00');
INSERT INTO public.jobs VALUES ('01a226af-eaf7-71df-98ed-6219174aa108', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-b494-76e7-819f-8bb4e46d27e5', 'SUCCESS', 'FAST', '[{"type": "invoice", "description": "A supplier''s bill with line items and a total to pay."}, {"type": "recipe", "description": "Cooking instructions with ingredients and steps."}]', 'en', 5, NULL, 4, 4, 0, NULL, '2026-11-29 09:43:12.887906+00', '2026-11-29 09:43:47.934886+00', '2026-11-29 15:43:12.887906+00', '9a26d263224a4b33', false, 1, NULL, NULL, NULL, 'f2198ff53fe8b6893c4d4a4f1d0632dfba0ffd30b351453325a1c8b9d9c1facd', NULL, NULL);
INSERT INTO public.jobs VALUES ('01a226b0-7794-7010-a500-b92ccf9fbb66', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-b494-76e7-819f-8bb4e46d27e5', 'SUCCESS', 'FAST', '[{"type": "invoice", "description": "A supplier''s bill with line items and a total to pay."}, {"type": "recipe", "description": "Cooking instructions with ingredients and steps."}]', 'en', NULL, NULL, 1, 1, 0, NULL, '2026-11-29 09:43:48.884021+00', '2026-11-29 09:43:49.352338+00', '2026-11-29 15:43:48.884021+00', 'f4f1f3b925a145b3', false, 2, 'one', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.jobs VALUES ('01a226b0-7adf-7184-9db5-9a9b8991df7b', '01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-b494-76e7-819f-8bb4e46d27e5', 'PENDING', 'FAST', '[{"type": "invoice", "description": "A supplier''s bill with line items and a total to pay."}, {"type": "recipe", "description": "Cooking instructions with ingredients and steps."}]', 'en', 5, NULL, 64, 5, 0, NULL, '2026-11-29 09:43:49.727797+00', '2026-11-29 09:43:51.404355+00', '2026-11-29 15:43:49.727797+00', '93da5e975c2f444f', false, 1, NULL, NULL, NULL, 'f22a70afb981987bd0471cdf195aba2cd93a4f38c1794f611da5579771293db2', NULL, NULL);
INSERT INTO public.organizations VALUES ('01a226af-b440-74aa-8ad3-c079d23b41a3', 'Default', '2026-11-29 09:42:58.88227+00');
INSERT INTO public.projects VALUES ('01a226af-b45c-75e5-b525-0edfcd678253', '01a226af-b440-74aa-8ad3-c079d23b41a3', 'Default', true, '2026-11-29 09:42:58.912179+00', NULL, NULL, NULL, NULL);
INSERT INTO public.results VALUES ('01a226af-eb15-77a9-ad7c-7f3e29a5d295', 'invoice', 0.9536077307563624, 'Classified as "invoice": 3.5 standard deviations above 323 generic document types; the runner-up "recipe" has -0.6.
1. Read 1 of 1 page: 45 characters, of which 1 passage from the beginning was compared.
2. 2 rules given, 2 of them compete.
3. Scores in standard deviations above 323 generic types: "invoice" 3.54, "recipe" -0.56; margin 4.10.
4. What speaks most for "invoice", on page 1: “Total to pay: 0.50 by bank transfer” Words in both the rule and the document: pay, invoice, total.
5. The rule "invoice" resembles the built-in type "invoice" (cosine 0.67), whose samples were compared too.
6. Of the generic types that no rule covers, "payment order" fits best with 4.30, more than "invoice".
7. Estimated probability that "invoice" is right: 0.95; that no rule fits: 0.04. Raised most by its lead over the runner-up (+0.98) and the comparison with the three best other document types (+0.55). Lowered most by its score (-0.36).
8. Warning: there is little text, only 45 characters.', '2026-11-29 09:43:46.095698+00', '3.054018e6f988', '[{"type": "invoice", "confidence": 0.9536}, {"type": null, "confidence": 0.0402}, {"type": "recipe", "confidence": 0.0062}]', '[{"page": 0, "quote": "Total to pay: 0.50 by bank transfer"}]');
INSERT INTO public.results VALUES ('01a226af-eb15-77a9-ad7c-7f3fc025a6da', 'invoice', 0.9485812188893209, 'Classified as "invoice": 3.5 standard deviations above 323 generic document types; the runner-up "recipe" has -0.3.
1. Read 1 of 1 page: 45 characters, of which 1 passage from the beginning was compared.
2. 2 rules given, 2 of them compete.
3. Scores in standard deviations above 323 generic types: "invoice" 3.55, "recipe" -0.27; margin 3.81.
4. What speaks most for "invoice", on page 1: “Total to pay: 1.50 by bank transfer” Words in both the rule and the document: pay, invoice, total.
5. The rule "invoice" resembles the built-in type "invoice" (cosine 0.67), whose samples were compared too.
6. Of the generic types that no rule covers, "payment order" fits best with 4.46, more than "invoice".
7. Estimated probability that "invoice" is right: 0.95; that no rule fits: 0.04. Raised most by its lead over the runner-up (+0.98) and the comparison with the three best other document types (+0.49). Lowered most by its score (-0.36).
8. Warning: there is little text, only 45 characters.', '2026-11-29 09:43:46.68622+00', '3.054018e6f988', '[{"type": "invoice", "confidence": 0.9486}, {"type": null, "confidence": 0.045}, {"type": "recipe", "confidence": 0.0065}]', '[{"page": 0, "quote": "Total to pay: 1.50 by bank transfer"}]');
INSERT INTO public.results VALUES ('01a226af-eb15-77a9-ad7c-7f409f7d9e7d', 'invoice', 0.9664718358081427, 'Classified as "invoice": 3.8 standard deviations above 323 generic document types; the runner-up "recipe" has -0.2.
1. Read 1 of 1 page: 45 characters, of which 1 passage from the beginning was compared.
2. 2 rules given, 2 of them compete.
3. Scores in standard deviations above 323 generic types: "invoice" 3.78, "recipe" -0.16; margin 3.94.
4. What speaks most for "invoice", on page 1: “Total to pay: 2.50 by bank transfer” Words in both the rule and the document: pay, invoice, total.
5. The rule "invoice" resembles the built-in type "invoice" (cosine 0.67), whose samples were compared too.
6. Of the generic types that no rule covers, "payment order" fits best with 4.32, more than "invoice".
7. Estimated probability that "invoice" is right: 0.97; that no rule fits: 0.03. Raised most by its lead over the runner-up (+0.98) and the comparison with the three best other document types (+0.91). Lowered most by its score (-0.45).
8. Warning: there is little text, only 45 characters.', '2026-11-29 09:43:47.34699+00', '3.054018e6f988', '[{"type": "invoice", "confidence": 0.9665}, {"type": null, "confidence": 0.0266}, {"type": "recipe", "confidence": 0.0069}]', '[{"page": 0, "quote": "Total to pay: 2.50 by bank transfer"}]');
INSERT INTO public.results VALUES ('01a226af-eb15-77a9-ad7c-7f4159d95fba', 'invoice', 0.9740049325002009, 'Classified as "invoice": 2.9 standard deviations above 323 generic document types; the runner-up "recipe" has -1.4.
1. Read 1 of 1 page: 41 characters, of which 1 passage from the beginning was compared.
2. 2 rules given, 2 of them compete.
3. Scores in standard deviations above 323 generic types: "invoice" 2.92, "recipe" -1.40; margin 4.32.
4. What speaks most for "invoice", on page 1: “An invoice that is deleted after its job.” Words in both the rule and the document: invoice.
5. The rule "invoice" resembles the built-in type "invoice" (cosine 0.67), whose samples were compared too.
6. Of the generic types that no rule covers, "credit note" fits best with 3.01, more than "invoice".
7. Estimated probability that "invoice" is right: 0.97; that no rule fits: 0.02. Raised most by its lead over the runner-up (+0.98) and the comparison with the three best other document types (+0.70). Lowered most by its score (-0.13).
8. Warning: there is little text, only 41 characters.', '2026-11-29 09:43:47.878564+00', '3.054018e6f988', '[{"type": "invoice", "confidence": 0.974}, {"type": null, "confidence": 0.0244}, {"type": "recipe", "confidence": 0.0016}]', '[{"page": 0, "quote": "An invoice that is deleted after its job."}]');
INSERT INTO public.results VALUES ('01a226b0-779c-76c2-9555-c8c3c8f75d5d', 'invoice', 0.9536077307563624, 'Classified as "invoice": 3.5 standard deviations above 323 generic document types; the runner-up "recipe" has -0.6.
1. Read 1 of 1 page: 45 characters, of which 1 passage from the beginning was compared.
2. 2 rules given, 2 of them compete.
3. Scores in standard deviations above 323 generic types: "invoice" 3.54, "recipe" -0.56; margin 4.10.
4. What speaks most for "invoice", on page 1: “Total to pay: 0.50 by bank transfer” Words in both the rule and the document: pay, invoice, total.
5. The rule "invoice" resembles the built-in type "invoice" (cosine 0.67), whose samples were compared too.
6. Of the generic types that no rule covers, "payment order" fits best with 4.30, more than "invoice".
7. Estimated probability that "invoice" is right: 0.95; that no rule fits: 0.04. Raised most by its lead over the runner-up (+0.98) and the comparison with the three best other document types (+0.55). Lowered most by its score (-0.36).
8. Warning: there is little text, only 45 characters.', '2026-11-29 09:43:49.313295+00', '3.054018e6f988', '[{"type": "invoice", "confidence": 0.9536}, {"type": null, "confidence": 0.0402}, {"type": "recipe", "confidence": 0.0062}]', '[{"page": 0, "quote": "Total to pay: 0.50 by bank transfer"}]');
INSERT INTO public.results VALUES ('01a226b0-7af0-74c4-994d-72d8bbdbb646', 'invoice', 0.9536077307563624, 'Classified as "invoice": 3.5 standard deviations above 323 generic document types; the runner-up "recipe" has -0.6.
1. Read 1 of 1 page: 45 characters, of which 1 passage from the beginning was compared.
2. 2 rules given, 2 of them compete.
3. Scores in standard deviations above 323 generic types: "invoice" 3.54, "recipe" -0.56; margin 4.10.
4. What speaks most for "invoice", on page 1: “Total to pay: 0.50 by bank transfer” Words in both the rule and the document: pay, invoice, total.
5. The rule "invoice" resembles the built-in type "invoice" (cosine 0.67), whose samples were compared too.
6. Of the generic types that no rule covers, "payment order" fits best with 4.30, more than "invoice".
7. Estimated probability that "invoice" is right: 0.95; that no rule fits: 0.04. Raised most by its lead over the runner-up (+0.98) and the comparison with the three best other document types (+0.55). Lowered most by its score (-0.36).
8. Warning: there is little text, only 45 characters.', '2026-11-29 09:43:50.064639+00', '3.054018e6f988', '[{"type": "invoice", "confidence": 0.9536}, {"type": null, "confidence": 0.0402}, {"type": "recipe", "confidence": 0.0062}]', '[{"page": 0, "quote": "Total to pay: 0.50 by bank transfer"}]');
INSERT INTO public.results VALUES ('01a226b0-7af0-74c4-994d-72d99a3904b2', 'invoice', 0.9485812188893209, 'Classified as "invoice": 3.5 standard deviations above 323 generic document types; the runner-up "recipe" has -0.3.
1. Read 1 of 1 page: 45 characters, of which 1 passage from the beginning was compared.
2. 2 rules given, 2 of them compete.
3. Scores in standard deviations above 323 generic types: "invoice" 3.55, "recipe" -0.27; margin 3.81.
4. What speaks most for "invoice", on page 1: “Total to pay: 1.50 by bank transfer” Words in both the rule and the document: pay, invoice, total.
5. The rule "invoice" resembles the built-in type "invoice" (cosine 0.67), whose samples were compared too.
6. Of the generic types that no rule covers, "payment order" fits best with 4.46, more than "invoice".
7. Estimated probability that "invoice" is right: 0.95; that no rule fits: 0.04. Raised most by its lead over the runner-up (+0.98) and the comparison with the three best other document types (+0.49). Lowered most by its score (-0.36).
8. Warning: there is little text, only 45 characters.', '2026-11-29 09:43:50.326667+00', '3.054018e6f988', '[{"type": "invoice", "confidence": 0.9486}, {"type": null, "confidence": 0.045}, {"type": "recipe", "confidence": 0.0065}]', '[{"page": 0, "quote": "Total to pay: 1.50 by bank transfer"}]');
INSERT INTO public.results VALUES ('01a226b0-7af0-74c4-994d-72da7ab48f08', 'invoice', 0.9664718358081427, 'Classified as "invoice": 3.8 standard deviations above 323 generic document types; the runner-up "recipe" has -0.2.
1. Read 1 of 1 page: 45 characters, of which 1 passage from the beginning was compared.
2. 2 rules given, 2 of them compete.
3. Scores in standard deviations above 323 generic types: "invoice" 3.78, "recipe" -0.16; margin 3.94.
4. What speaks most for "invoice", on page 1: “Total to pay: 2.50 by bank transfer” Words in both the rule and the document: pay, invoice, total.
5. The rule "invoice" resembles the built-in type "invoice" (cosine 0.67), whose samples were compared too.
6. Of the generic types that no rule covers, "payment order" fits best with 4.32, more than "invoice".
7. Estimated probability that "invoice" is right: 0.97; that no rule fits: 0.03. Raised most by its lead over the runner-up (+0.98) and the comparison with the three best other document types (+0.91). Lowered most by its score (-0.45).
8. Warning: there is little text, only 45 characters.', '2026-11-29 09:43:50.589078+00', '3.054018e6f988', '[{"type": "invoice", "confidence": 0.9665}, {"type": null, "confidence": 0.0266}, {"type": "recipe", "confidence": 0.0069}]', '[{"page": 0, "quote": "Total to pay: 2.50 by bank transfer"}]');
INSERT INTO public.results VALUES ('01a226b0-7af0-74c4-994d-72db9d6bfe3b', 'invoice', 0.9532842106611137, 'Classified as "invoice": 3.8 standard deviations above 323 generic document types; the runner-up "recipe" has -0.5.
1. Read 1 of 1 page: 45 characters, of which 1 passage from the beginning was compared.
2. 2 rules given, 2 of them compete.
3. Scores in standard deviations above 323 generic types: "invoice" 3.77, "recipe" -0.53; margin 4.30.
4. What speaks most for "invoice", on page 1: “Total to pay: 3.50 by bank transfer” Words in both the rule and the document: pay, invoice, total.
5. The rule "invoice" resembles the built-in type "invoice" (cosine 0.67), whose samples were compared too.
6. Of the generic types that no rule covers, "payment order" fits best with 4.62, more than "invoice".
7. Estimated probability that "invoice" is right: 0.95; that no rule fits: 0.04. Raised most by its lead over the runner-up (+0.98) and the comparison with the three best other document types (+0.66). Lowered most by its score (-0.44).
8. Warning: there is little text, only 45 characters.', '2026-11-29 09:43:50.973323+00', '3.054018e6f988', '[{"type": "invoice", "confidence": 0.9533}, {"type": null, "confidence": 0.0385}, {"type": "recipe", "confidence": 0.0082}]', '[{"page": 0, "quote": "Total to pay: 3.50 by bank transfer"}]');
INSERT INTO public.results VALUES ('01a226b0-7af0-74c4-994d-72dcd0632d6b', 'invoice', 0.9451642630719851, 'Classified as "invoice": 3.6 standard deviations above 323 generic document types; the runner-up "recipe" has -0.2.
1. Read 1 of 1 page: 45 characters, of which 1 passage from the beginning was compared.
2. 2 rules given, 2 of them compete.
3. Scores in standard deviations above 323 generic types: "invoice" 3.60, "recipe" -0.17; margin 3.77.
4. What speaks most for "invoice", on page 1: “Total to pay: 4.50 by bank transfer” Words in both the rule and the document: pay, invoice, total.
5. The rule "invoice" resembles the built-in type "invoice" (cosine 0.67), whose samples were compared too.
6. Of the generic types that no rule covers, "payment order" fits best with 4.64, more than "invoice".
7. Estimated probability that "invoice" is right: 0.95; that no rule fits: 0.05. Raised most by its lead over the runner-up (+0.98) and its weight among the candidates (+0.49). Lowered most by its score (-0.38) and the comparison with the best other document type (-0.01).
8. Warning: there is little text, only 45 characters.', '2026-11-29 09:43:51.388959+00', '3.054018e6f988', '[{"type": "invoice", "confidence": 0.9452}, {"type": null, "confidence": 0.0477}, {"type": "recipe", "confidence": 0.0072}]', '[{"page": 0, "quote": "Total to pay: 4.50 by bank transfer"}]');
INSERT INTO public.saved_webhooks VALUES ('01a226b0-767a-72f6-9ce8-91eabc40ba60', '01a226af-b45c-75e5-b525-0edfcd678253', 'http://receiver.of.the.test/hook?token=in-the-clear', NULL, 'string', 'ids', 'gAAAAABrC_PUl1719nxvdwdcnr1m5Ohj86tvjfusjKnikF67X5k1zHKTSr8O6a0Ed0ZTl5tWzMx4UqJ3Glh9_aPR8AQ4qn3pVRTpeiSKLw4svHvMQxqQxso=', NULL, '2026-11-29 09:43:48.600071+00', '2026-11-29 09:43:48.600071+00');
INSERT INTO public.webhook_attempts VALUES ('01a226b0-7718-71db-aedb-d1114070e992', '01a226b0-7408-7433-bdc5-1ab60e2499a9', '2026-11-29 09:43:48.153266+00', 20, 200, NULL, NULL, NULL);
INSERT INTO public.webhook_attempts VALUES ('01a226b0-7a13-7120-9871-3dd569e80c6d', '01a226b0-7984-70bc-b04f-b73564d68b88', '2026-11-29 09:43:49.414307+00', 12, 200, NULL, NULL, NULL);
INSERT INTO public.webhook_configurations VALUES ('01a226af-eb34-76e8-a652-37d987da309f', '01a226af-eaf7-71df-98ed-6219174aa108', 0, 'http://receiver.of.the.test/hook?token=in-the-clear', NULL, 'string', 'gAAAAABrC_OwJGB0rgQSWXn4-KAh-Mr-ZbOSQyfiDSMgYN3kFbJ5kxg-Yv2beBc7pbh6pfG89fyYAW_7wzEAlKplvn_9x7pY6XccX6AOQNDhiD-FibuRUjM=', NULL, '2026-11-29 09:43:12.948321+00', 'ids', true);
INSERT INTO public.webhook_configurations VALUES ('01a226b0-77aa-7301-96a1-edf897f4b2c6', '01a226b0-7794-7010-a500-b92ccf9fbb66', 0, 'http://receiver.of.the.test/hook?token=in-the-clear', '["classify.success", "classify.error", "classify.cancelled"]', 'string', 'gAAAAABrC_PU3x1VcixwgEA2lG0Qp1OQ3qoegFzz40VptuVfXOz3vYsTC1jlSS9BoaJdbmzCvnvwWZyRA4tuVe-Srjy0872Y82az_Vg8jxK6MRobBIhyRs8=', NULL, '2026-11-29 09:43:48.906826+00', 'ids', true);
INSERT INTO public.webhook_configurations VALUES ('01a226b0-7b0c-76f8-b55f-051d1307d384', '01a226b0-7adf-7184-9db5-9a9b8991df7b', 0, 'http://receiver.of.the.test/hook?token=in-the-clear', NULL, 'string', 'gAAAAABrC_PVAO4kkuNQhFcT6nG6m7PCH9ZrhJoDMluJL6TGNh_ljzQIjqHVeODq0SOUHk0q3Hp78JybqTZz5_fDxnzZktKrpBFgDpukeTAPcAxtoJCMQUY=', NULL, '2026-11-29 09:43:49.772962+00', 'ids', true);
INSERT INTO public.webhook_deliveries VALUES ('01a226b0-7408-7433-bdc5-1ab60e2499a9', '01a226af-eaf7-71df-98ed-6219174aa108', '01a226af-eb34-76e8-a652-37d987da309f', 'success', 'parse.success', 'delivered', 1, '2026-11-29 09:44:28.153266+00', NULL, '2026-11-29 09:43:47.976635+00');
INSERT INTO public.webhook_deliveries VALUES ('01a226b0-7984-70bc-b04f-b73564d68b88', '01a226b0-7794-7010-a500-b92ccf9fbb66', '01a226b0-77aa-7301-96a1-edf897f4b2c6', 'success', 'classify.success', 'delivered', 1, '2026-11-29 09:44:29.414307+00', NULL, '2026-11-29 09:43:49.380018+00');
INSERT INTO public.workers VALUES ('celery@vm:f3683ca9304f', '2026-11-29 09:43:41.823732+00', '2026-11-29 09:43:41.823732+00', '{"pid": 32330, "parser": "3", "engines": ["multilingual-e5-small 1571fc982750.1", "use-multilingual-v3 0.2.1"], "missing": null, "ocr_languages": ["de", "en", "es", "fr", "pl", "tr", "vi", "ar", "fa", "ru", "uk", "abq", "ady", "kbd", "ava", "dar", "inh", "che", "lbe", "lez", "tab", "hi", "th", "ch_sim", "ja", "ko", "ta", "te"]}');
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT pk_api_keys PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT pk_audit_events PRIMARY KEY (id);
ALTER TABLE ONLY public.configurations
    ADD CONSTRAINT pk_configurations PRIMARY KEY (id);
ALTER TABLE ONLY public.file_caches
    ADD CONSTRAINT pk_file_caches PRIMARY KEY (id);
ALTER TABLE ONLY public.files
    ADD CONSTRAINT pk_files PRIMARY KEY (id);
ALTER TABLE ONLY public.items
    ADD CONSTRAINT pk_items PRIMARY KEY (id);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT pk_jobs PRIMARY KEY (id);
ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT pk_organizations PRIMARY KEY (id);
ALTER TABLE ONLY public.pending_uploads
    ADD CONSTRAINT pk_pending_uploads PRIMARY KEY (id);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT pk_projects PRIMARY KEY (id);
ALTER TABLE ONLY public.results
    ADD CONSTRAINT pk_results PRIMARY KEY (item_id);
ALTER TABLE ONLY public.saved_webhooks
    ADD CONSTRAINT pk_saved_webhooks PRIMARY KEY (id);
ALTER TABLE ONLY public.webhook_attempts
    ADD CONSTRAINT pk_webhook_attempts PRIMARY KEY (id);
ALTER TABLE ONLY public.webhook_configurations
    ADD CONSTRAINT pk_webhook_configurations PRIMARY KEY (id);
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id);
ALTER TABLE ONLY public.workers
    ADD CONSTRAINT pk_workers PRIMARY KEY (id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT uq_api_keys_digest UNIQUE (digest);
CREATE INDEX ix_audit_events_project_id ON public.audit_events USING btree (project_id, id);
CREATE INDEX ix_configurations_newest ON public.configurations USING btree (project_id, created_at, id);
CREATE INDEX ix_file_caches_blob_key ON public.file_caches USING btree (blob_key);
CREATE INDEX ix_file_caches_used_at ON public.file_caches USING btree (used_at);
CREATE INDEX ix_files_blob_key ON public.files USING btree (blob_key);
CREATE INDEX ix_files_name ON public.files USING btree (project_id, sort_name, id);
CREATE INDEX ix_files_newest ON public.files USING btree (project_id, created_at, id);
CREATE INDEX ix_files_project_id_id ON public.files USING btree (project_id, id);
CREATE INDEX ix_items_file_id ON public.items USING btree (file_id);
CREATE INDEX ix_items_leases ON public.items USING btree (lease_until) WHERE ((status)::text = 'running'::text);
CREATE INDEX ix_items_queue ON public.items USING btree (ordinal, job_id) WHERE ((status)::text = 'queued'::text);
CREATE INDEX ix_jobs_deadline ON public.jobs USING btree (deadline_at) WHERE ((status)::text = 'PENDING'::text);
CREATE INDEX ix_jobs_newest ON public.jobs USING btree (project_id, api_version, created_at, id);
CREATE INDEX ix_pending_uploads_expires_at ON public.pending_uploads USING btree (expires_at);
CREATE INDEX ix_projects_organization_id ON public.projects USING btree (organization_id);
CREATE INDEX ix_saved_webhooks_newest ON public.saved_webhooks USING btree (project_id, created_at, id);
CREATE INDEX ix_webhook_attempts_delivery_id ON public.webhook_attempts USING btree (delivery_id);
CREATE INDEX ix_webhook_deliveries_due ON public.webhook_deliveries USING btree (due_at) WHERE ((status)::text = 'waiting'::text);
CREATE INDEX ix_webhook_deliveries_job_id ON public.webhook_deliveries USING btree (job_id);
CREATE UNIQUE INDEX uq_configurations_project_id_product_type_name ON public.configurations USING btree (project_id, product_type, name);
CREATE UNIQUE INDEX uq_file_caches_file_id_kind_key ON public.file_caches USING btree (file_id, kind, key);
CREATE UNIQUE INDEX uq_items_job_id_ordinal ON public.items USING btree (job_id, ordinal);
CREATE UNIQUE INDEX uq_jobs_project_id_api_version_transaction_id ON public.jobs USING btree (project_id, api_version, transaction_id) WHERE (transaction_id IS NOT NULL);
CREATE UNIQUE INDEX uq_jobs_user_id_request_digest ON public.jobs USING btree (user_id, request_digest) WHERE ((request_digest IS NOT NULL) AND (transaction_id IS NULL));
CREATE UNIQUE INDEX uq_webhook_configurations_job_id_ordinal ON public.webhook_configurations USING btree (job_id, ordinal);
CREATE UNIQUE INDEX uq_webhook_deliveries_configuration_id_state ON public.webhook_deliveries USING btree (configuration_id, state);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT fk_api_keys_organization_id FOREIGN KEY (organization_id) REFERENCES public.organizations(id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT fk_api_keys_project_id FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.configurations
    ADD CONSTRAINT fk_configurations_project_id FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.file_caches
    ADD CONSTRAINT fk_file_caches_file_id FOREIGN KEY (file_id) REFERENCES public.files(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.file_caches
    ADD CONSTRAINT fk_file_caches_project_id FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.files
    ADD CONSTRAINT fk_files_project_id FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.items
    ADD CONSTRAINT fk_items_job_id FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT fk_jobs_project_id FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.pending_uploads
    ADD CONSTRAINT fk_pending_uploads_project_id FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT fk_projects_organization_id FOREIGN KEY (organization_id) REFERENCES public.organizations(id);
ALTER TABLE ONLY public.results
    ADD CONSTRAINT fk_results_item_id FOREIGN KEY (item_id) REFERENCES public.items(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.saved_webhooks
    ADD CONSTRAINT fk_saved_webhooks_project_id FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.webhook_attempts
    ADD CONSTRAINT fk_webhook_attempts_delivery_id FOREIGN KEY (delivery_id) REFERENCES public.webhook_deliveries(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.webhook_configurations
    ADD CONSTRAINT fk_webhook_configurations_job_id FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT fk_webhook_deliveries_configuration_id FOREIGN KEY (configuration_id) REFERENCES public.webhook_configurations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT fk_webhook_deliveries_job_id FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;