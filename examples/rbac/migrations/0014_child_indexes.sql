-- A foreign key without an index on the child makes every delete of a parent read the whole child.
CREATE INDEX ix_user_roles_role_id ON user_roles (role_id);
CREATE INDEX ix_role_permissions_permission_id ON role_permissions (permission_id);
CREATE INDEX ix_favorites_anime_id ON favorites (anime_id);
CREATE INDEX ix_watch_progress_anime_id ON watch_progress (anime_id);
CREATE INDEX ix_watch_progress_episode_id ON watch_progress (episode_id);
