ALTER TABLE `generations` ADD `prompt_folded` text;--> statement-breakpoint
CREATE INDEX `generations_by_model` ON `generations` (`user_id`,`model`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `generations_by_favorite` ON `generations` (`user_id`,`created_at`,`id`) WHERE favorite = 1;--> statement-breakpoint
-- As foldText folds them, for the prompts of which SQL can be sure: plain ASCII, single spaces. The others stay null
-- and are folded when they are read.
UPDATE `generations` SET `prompt_folded` = lower(`prompt`) WHERE `prompt` NOT GLOB '*[^ -~]*' AND instr(`prompt`, '  ') = 0;
