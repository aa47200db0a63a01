CREATE UNIQUE INDEX user_roles_once ON user_roles (user_id, role_id);
