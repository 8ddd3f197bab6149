// Notices: what stays until somebody has seen it or it is over: troubles that the node tells by
// itself, and refusals of what was still under way when its dialog was put away. Keeps data;
// ui/format words it when it is shown.
#pragma once

#include "ui/format/notice.h"

#include <QObject>

#include <vector>

namespace runnel::ui {

class Notices : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// The newest last.
    const std::vector<Notice>& all() const { return m_notices; }
    /// One about the same thing takes its place. A trouble that somebody has seen with these very
    /// figures does not come again.
    void add(Notice notice);
    void dismiss(quint64 number);
    /// Takes away what is over.
    void update(const api::Snapshot& picture);

signals:
    void changed();

private:
    std::vector<Notice> m_notices, m_seen;
    quint64 m_last = 0;
};

}  // namespace runnel::ui
