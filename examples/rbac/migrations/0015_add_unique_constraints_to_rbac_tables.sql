CREATE UNIQUE INDEX uq_user_roles_user_id ON user_roles (user_id, role_id);
CREATE UNIQUE INDEX uq_role_permissions_role_id ON role_permissions (role_id, permission_id);
