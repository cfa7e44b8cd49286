CREATE TABLE `models` (
	`api_url` text NOT NULL,
	`slug` text NOT NULL,
	`input_schema` text NOT NULL,
	`fetched_at` integer NOT NULL,
	PRIMARY KEY(`api_url`, `slug`)
);
