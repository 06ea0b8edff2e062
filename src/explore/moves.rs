//! What can be done next.

/// Something to do. Numbers stand for one of what there is by then.
#[derive(Clone, Debug)]
pub(super) enum Move {
    Create {
        key: u8,
        sequential: bool,
    },
    Part {
        upload: u8,
        number: Number,
        size: Size,
    },
    /// A copy of an object of the case.
    Copy {
        upload: u8,
        number: Number,
        source: u8,
        ranged: bool,
    },
    /// A copy of a range of the object of the run.
    CopyShared {
        upload: u8,
        number: Number,
        size: Size,
    },
    Complete {
        upload: u8,
        list: Listing,
    },
    Abort {
        upload: u8,
    },
    ListParts {
        upload: u8,
        paged: bool,
        after: u8,
    },
    ListUploads {
        paged: bool,
    },
    ListObjects,
    Put {
        key: u8,
        size: Size,
    },
    Get {
        key: u8,
        range: Range,
    },
    Head {
        key: u8,
    },
    Delete {
        key: u8,
    },
    Hold {
        upload: u8,
        number: u8,
    },
    Release {
        held: u8,
    },
    /// The server is started anew.
    Restart,
    /// A call that names an upload, under a key of which it is none.
    Astray {
        key: u8,
        id: Id,
        call: Box<Move>,
    },
    /// A call of a race that is released so many microseconds later than others.
    Late {
        by: u32,
        call: Box<Move>,
    },
    /// At the same time.
    Race(Vec<Move>),
}

impl Move {
    /// The number of the upload that it is about.
    pub(super) fn upload_mut(&mut self) -> Option<&mut u8> {
        match self {
            Self::Part { upload, .. }
            | Self::Copy { upload, .. }
            | Self::CopyShared { upload, .. }
            | Self::Complete { upload, .. }
            | Self::Abort { upload }
            | Self::ListParts { upload, .. }
            | Self::Hold { upload, .. } => Some(upload),
            Self::Astray { id: Id::OfAnotherKey, call, .. } | Self::Late { call, .. } => call.upload_mut(),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// One of the first.
    Low(u8),
    /// Far from the others.
    Far,
    Largest,
    TooSmall,
    TooLarge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// A few bytes.
    Tiny(u8),
    /// More than fits into one piece of a connection, so that it takes a while.
    Mixing(u8),
    /// As large as a part that is not the last must be.
    Full,
    /// One byte less.
    AlmostFull,
    Empty,
}

/// What is read of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    Whole,
    /// The first bytes.
    First,
    /// Those around the end of a first part of the usual size.
    Border,
}

/// The id of an upload that is none of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Unknown,
    OfAnotherKey,
}

/// What the list of a completion says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Listing {
    /// Every part as it is.
    Exact,
    /// Some of them.
    Some(u8),
    /// In another order.
    Turned,
    /// The first one twice.
    Twice,
    /// A wrong ETag.
    WrongETag(u8),
    /// The ETag that a part had before it was sent again.
    Superseded,
    /// The ETag of a part of another upload.
    Foreign(u8),
    /// A number that was never sent.
    NeverSent,
    Empty,
    /// No list: everything.
    All,
}
