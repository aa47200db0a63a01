CREATE UNIQUE INDEX user_roles_user_id_role_id_key ON user_roles (user_id, role_id);
